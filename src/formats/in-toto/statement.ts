/**
 * in-toto statement v1 with SLSA provenance v1: what was built, from which commit, by whom.
 * Specifications: in-toto/attestation (spec/v1), slsa.dev/spec/v1.0/provenance.
 */
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
const BUILD_TYPE = 'https://roadbed.dev/pipeline/v1';

export interface ProvenanceInput {
  namespace: string;
  service: string;
  /** `sha256:<hex>`. */
  digest: string;
  repository: string;
  ref: string;
  commit: string;
  /** Where the pipeline's definition came from: `roadbed.yaml`, or a detector's name. */
  pipeline: string;
  pipelineRun: string;
  /** Address of the platform, or another stable URI. */
  builder: string;
  platformVersion: string;
  /** How steps were confined; part of what a verifier may demand. */
  isolation: string;
  startedAt: string;
  finishedAt: string;
}

export interface Statement {
  _type: string;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: Record<string, unknown>;
}

export function provenanceStatement(input: ProvenanceInput): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: `${input.namespace}/${input.service}`, digest: { sha256: input.digest.replace(/^sha256:/, '') } }],
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { repository: `${input.namespace}/${input.repository}`, ref: input.ref, pipeline: input.pipeline },
        internalParameters: { isolation: input.isolation },
        resolvedDependencies: [{ uri: `git+roadbed:${input.namespace}/${input.repository}@${input.ref}`, digest: { gitCommit: input.commit } }],
      },
      runDetails: {
        builder: { id: input.builder, version: { roadbed: input.platformVersion } },
        metadata: { invocationId: `${input.namespace}/${input.pipelineRun}`, startedOn: input.startedAt, finishedOn: input.finishedAt },
      },
    },
  };
}

/** What a verifier reads from a statement; undefined when it is not a provenance statement of this form. */
export function readProvenance(value: unknown): { subjects: string[]; builder: string; commit: string | undefined } | undefined {
  const statement = record(value);
  if (statement?.['_type'] !== STATEMENT_TYPE || statement['predicateType'] !== PROVENANCE_TYPE) return undefined;
  const subjects = list(statement['subject']).flatMap((subject) => text(record(record(subject)?.['digest'])?.['sha256']) ?? []);
  const predicate = record(statement['predicate']);
  const builder = text(record(record(predicate?.['runDetails'])?.['builder'])?.['id']);
  const commits = list(record(predicate?.['buildDefinition'])?.['resolvedDependencies']).flatMap((one) => text(record(record(one)?.['digest'])?.['gitCommit']) ?? []);
  return subjects.length === 0 || builder === undefined ? undefined : { subjects, builder, commit: commits[0] };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
