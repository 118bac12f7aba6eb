/**
 * Our event rows as CDEvents.
 *
 * Body fields that are read, by kind of the row (others travel along in `customData.body`):
 *
 * | kind | fields |
 * |---|---|
 * | change.merged | namespace, repository, commit |
 * | pipelinerun.queued, .started, .finished | namespace, repository, pipelineRun; finished: outcome (success, failure, cancel), errors |
 * | build.started, .finished | namespace, pipelineRun; finished: artifactId |
 * | artifact.packaged, .published | artifactId, namespace, repository, commit; packaged: sbom (URI), published: by |
 * | service.deployed, .upgraded, .rolledback, .removed | namespace, service, environment, artifactId |
 * | incident.detected, .resolved | incident, namespace, service, environment, artifactId, sentence |
 * | environment.created, .modified, .deleted | environment |
 *
 * A row that lacks what its CDEvent must have has no CDEvent: nothing is made up. `artifactId` is a package
 * URL with the digest, so that events join with SBOMs.
 */
import type { EventRow } from '../../domain/event.ts';
import { CDEVENTS_VERSION, type CDEvent } from './event.ts';

export interface CDEventOptions {
  /** URI reference of this platform. Default `/roadbed`. */
  source?: string;
  /** Base of the console's addresses, for links to a run; without it runs have a URN. */
  consoleUrl?: string;
}

interface Parts {
  id: string;
  source?: string;
  content: Record<string, unknown>;
}

const TYPE_VERSION = '0.3.0';
const DEFAULT_SOURCE = '/roadbed';
/** Longest body that travels along; a receipt's row can be larger and is read from the log instead. */
const LARGEST_CUSTOM_DATA = 65_536;

type Builder = (body: Body, row: EventRow, options: CDEventOptions) => Parts | undefined;

const BUILDERS: Readonly<Record<string, Builder>> = {
  'change.merged': change,
  'pipelinerun.queued': (body, row, options) => run(body, row, options),
  'pipelinerun.started': (body, row, options) => run(body, row, options),
  'pipelinerun.finished': (body, row, options) => run(body, row, options, outcome(body)),
  'build.started': (body, row, options) => build(body, row, options, {}),
  'build.finished': (body, row, options) => build(body, row, options, optional('artifactId', body.text('artifactId'))),
  'artifact.packaged': packaged,
  'artifact.published': published,
  'service.deployed': deployment,
  'service.upgraded': deployment,
  'service.rolledback': deployment,
  'service.removed': removal,
  'incident.detected': incident,
  'incident.resolved': incident,
  'environment.created': environment,
  'environment.modified': environment,
  'environment.deleted': environment,
};

/** Kinds of rows that have a CDEvent. */
export const CDEVENT_KINDS: readonly string[] = Object.keys(BUILDERS);

/** The CDEvent of a row; undefined when its kind has none or its body lacks what the CDEvent must have. */
export function toCdEvent(row: EventRow, options: CDEventOptions = {}): CDEvent | undefined {
  const builder = Object.hasOwn(BUILDERS, row.kind) ? BUILDERS[row.kind] : undefined;
  const subject = builder?.(new Body(row), row, options);
  if (subject === undefined) return undefined;
  return {
    context: {
      specversion: CDEVENTS_VERSION, id: row.id, source: sourceOf(row, options), type: `dev.cdevents.${row.kind}.${TYPE_VERSION}`, timestamp: row.occurredAt,
      chainId: row.chain, ...(row.cause === undefined ? {} : { links: [{ linkType: 'PATH', from: { contextId: row.cause } }] }),
    },
    subject,
    ...customData(row),
  };
}

class Body {
  private readonly row: EventRow;

  constructor(row: EventRow) {
    this.row = row;
  }

  text(field: string): string | undefined {
    const value = Object.hasOwn(this.row.body, field) ? this.row.body[field] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  get namespace(): string | undefined {
    return this.text('namespace') ?? this.row.namespace;
  }

  /** `namespace/name`, or the name alone. */
  qualified(name: string): string {
    return this.namespace === undefined ? name : `${this.namespace}/${name}`;
  }
}

function change(body: Body): Parts | undefined {
  const commit = body.text('commit');
  const repository = body.text('repository');
  if (commit === undefined) return undefined;
  return { id: commit, content: repository === undefined ? {} : { repository: { id: body.qualified(repository) } } };
}

function run(body: Body, row: EventRow, options: CDEventOptions, more: Record<string, unknown> = {}): Parts | undefined {
  const name = body.text('pipelineRun');
  if (name === undefined) return undefined;
  const repository = body.text('repository');
  return { id: body.qualified(name), source: sourceOf(row, options), content: { pipelineName: repository === undefined ? name : body.qualified(repository), uri: runAddress(body.qualified(name), options), ...more } };
}

function runAddress(qualified: string, options: CDEventOptions): string {
  const path = qualified.toWellFormed().split('/').map(encodeURIComponent);
  return options.consoleUrl === undefined ? `urn:roadbed:pipelinerun:${path.join(':')}` : `${options.consoleUrl.replace(/\/+$/, '')}/runs/${path.join('/')}`;
}

const OUTCOMES = ['success', 'failure', 'cancel', 'error'];

function outcome(body: Body): Record<string, unknown> {
  const known = OUTCOMES.find((one) => one === body.text('outcome'));
  return { ...(known === undefined ? {} : { outcome: known }), ...(known === 'success' ? {} : optional('errors', body.text('errors'))) };
}

function build(body: Body, row: EventRow, options: CDEventOptions, content: Record<string, unknown>): Parts | undefined {
  const name = body.text('pipelineRun');
  return name === undefined ? undefined : { id: `${body.qualified(name)}/build`, source: sourceOf(row, options), content };
}

function packaged(body: Body): Parts | undefined {
  const id = body.text('artifactId');
  const commit = body.text('commit');
  const sbom = body.text('sbom');
  if (id === undefined || commit === undefined) return undefined;
  return { id, content: { change: { id: commit }, ...(sbom === undefined ? {} : { sbom: { uri: sbom } }) } };
}

function published(body: Body): Parts | undefined {
  const id = body.text('artifactId');
  return id === undefined ? undefined : { id, content: optional('user', body.text('by')) };
}

function deployment(body: Body): Parts | undefined {
  const artifactId = body.text('artifactId');
  const parts = removal(body);
  return parts === undefined || artifactId === undefined ? undefined : { ...parts, content: { ...parts.content, artifactId } };
}

function removal(body: Body): Parts | undefined {
  const service = body.text('service');
  const place = body.text('environment');
  return service === undefined || place === undefined ? undefined : { id: body.qualified(service), content: { environment: { id: place } } };
}

function incident(body: Body): Parts | undefined {
  const place = body.text('environment');
  const id = body.text('incident');
  const service = body.text('service');
  if (place === undefined || id === undefined) return undefined;
  return {
    id,
    content: {
      ...optional('description', body.text('sentence')), environment: { id: place }, ...(service === undefined ? {} : { service: { id: body.qualified(service) } }),
      ...optional('artifactId', body.text('artifactId')),
    },
  };
}

function environment(body: Body): Parts | undefined {
  const name = body.text('environment');
  return name === undefined ? undefined : { id: name, content: { name } };
}

function optional(field: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [field]: value };
}

function sourceOf(row: EventRow, options: CDEventOptions): string {
  const base = (options.source ?? DEFAULT_SOURCE).replace(/\/+$/, '');
  return row.namespace === undefined ? base : `${base}/${encodeURIComponent(row.namespace)}`;
}

function customData(row: EventRow): Pick<CDEvent, 'customData' | 'customDataContentType'> {
  const data = { actor: row.actor, sequence: row.sequence, body: row.body };
  return JSON.stringify(data).length > LARGEST_CUSTOM_DATA ? {} : { customData: data, customDataContentType: 'application/json' };
}
