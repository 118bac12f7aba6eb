/** What is kept beside an artifact: the bill of materials of what went into it, and the signed statement of who made it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MadeArtifact } from '../../control/pipeline/world.ts';
import { cycloneDxBom } from '../../formats/cyclonedx/bom.ts';
import { readNpmProject } from '../../formats/cyclonedx/npm.ts';
import { signStatement } from '../../formats/in-toto/envelope.ts';
import { provenanceStatement } from '../../formats/in-toto/statement.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Signer } from '../../ports/secrets.ts';

const LARGEST_MANIFEST = 20 * 1024 * 1024;

export interface ArtifactRecordDependencies {
  artifacts: Pick<Artifacts, 'attach' | 'attachment'>;
  signer: Signer;
  clock: Clock;
  version: string;
  /** A stable URI of this platform: who vouches for the build. */
  builder: string;
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  return text === undefined || text.length > LARGEST_MANIFEST ? undefined : text;
}

/** Idempotent: what is attached already stays. */
export function recordArtifact(deps: ArtifactRecordDependencies): (made: MadeArtifact) => Promise<void> {
  return async ({ folder, artifact, run, repository, commit }) => {
    const namespace = run.metadata.namespace ?? '';
    const service = repository.metadata.name;
    const now = new Date(deps.clock.now()).toISOString();
    if ((await deps.artifacts.attachment(artifact.digest, 'sbom')) === undefined) {
      const project = readNpmProject(await textOf(folder, 'package.json'), await textOf(folder, 'package-lock.json'));
      const bom = cycloneDxBom({ namespace, service, digest: artifact.digest, createdAt: now, platformVersion: deps.version, project });
      await deps.artifacts.attach(artifact.digest, 'sbom', JSON.stringify(bom));
    }
    if ((await deps.artifacts.attachment(artifact.digest, 'provenance')) !== undefined) return;
    const statement = provenanceStatement({
      namespace,
      service,
      digest: artifact.digest,
      repository: repository.metadata.name,
      ref: run.spec.ref,
      commit: commit.commit,
      pipeline: run.status?.pipeline?.origin ?? 'unknown',
      pipelineRun: run.metadata.name,
      builder: deps.builder,
      platformVersion: deps.version,
      isolation: run.status?.isolation ?? 'none',
      startedAt: run.status?.startedAt ?? now,
      finishedAt: now,
    });
    await deps.artifacts.attach(artifact.digest, 'provenance', await signStatement(statement, deps.signer));
  };
}
