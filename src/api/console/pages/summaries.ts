/** Short forms of releases, holds and deploys that several pages show. Pure. */
import type { EventRow } from '../../../domain/event.ts';
import type { ApiObject } from '../../../domain/object.ts';
import type { Deploy } from '../../contract/pages.ts';
import type { HoldSummary, ReleaseSummary } from '../../contract/shapes.ts';
import type { EntityObject, HoldObject, ReleaseObject } from '../snapshot.ts';

/** When any writer last changed the object. */
export function lastWrite({ metadata }: Pick<ApiObject, 'metadata'>): string {
  const times = (metadata.managedFields ?? []).flatMap((entry) => entry.time ?? []);
  return times.toSorted().at(-1) ?? metadata.creationTimestamp;
}

export function summariseHold(hold: HoldObject): HoldSummary {
  const { service, environment, release, commit, reason, by, lifted } = hold.spec;
  return {
    name: hold.metadata.name,
    namespace: hold.metadata.namespace ?? '',
    service,
    environment,
    release,
    commit,
    reason,
    by,
    since: hold.metadata.creationTimestamp,
    ...(lifted === undefined ? {} : { lifted }),
  };
}

function summariseRelease(release: ReleaseObject, holds: readonly HoldObject[]): ReleaseSummary {
  const { source, hash } = release.spec;
  return {
    name: release.metadata.name,
    hash,
    commit: source.commit,
    sequence: source.sequence,
    subject: source.subject,
    author: source.author.name,
    createdAt: release.metadata.creationTimestamp,
    pipelineRun: source.pipelineRun,
    verified: release.status?.verified ?? [],
    heldIn: holds.filter((hold) => hold.spec.hash === hash && hold.spec.lifted === undefined).map((hold) => hold.spec.environment),
  };
}

/** Index of releases by `namespace/name`. */
export class ReleaseIndex {
  readonly #byKey: Map<string, ReleaseObject>;
  readonly #holds: readonly HoldObject[];

  constructor(releases: readonly ReleaseObject[], holds: readonly HoldObject[]) {
    this.#byKey = new Map(releases.map((release) => [`${release.metadata.namespace}/${release.metadata.name}`, release]));
    this.#holds = holds;
  }

  find(namespace: string, name: string | undefined): ReleaseSummary | undefined {
    const release = name === undefined ? undefined : this.#byKey.get(`${namespace}/${name}`);
    return release === undefined ? undefined : summariseRelease(release, this.#holds);
  }

  /** Newest first, by position on the branch, then by time. */
  ofService(namespace: string, service: string): ReleaseSummary[] {
    return [...this.#byKey.values()]
      .filter((release) => release.metadata.namespace === namespace && release.spec.service === service)
      .map((release) => summariseRelease(release, this.#holds))
      .toSorted((a, b) => b.sequence - a.sequence || b.createdAt.localeCompare(a.createdAt));
  }
}

/** `group:default/payments` and `payments` both read `payments`. */
export function ownerName(owner: string | undefined): string | undefined {
  return owner === undefined ? undefined : (owner.split('/').at(-1) ?? owner).replace(/^[a-z]+:/i, '');
}

export function componentOf(entities: readonly EntityObject[], namespace: string, service: string): EntityObject | undefined {
  const components = entities.filter((entity) => entity.kind === 'Component' && entity.metadata.name === service);
  return components.find((entity) => entity.metadata.namespace === namespace) ?? components[0];
}

/** `service.deployed`: the first request may reach it; `service.upgraded`: it serves all of them. */
const OUTCOMES: Readonly<Record<string, Deploy['outcome']>> = {
  'service.deployed': 'started',
  'service.upgraded': 'deployed',
  'service.rolledback': 'returned',
  'service.removed': 'removed',
};

const WORDS: Readonly<Record<Deploy['outcome'], string>> = { deployed: 'serves all traffic in', started: 'gets its first traffic in', returned: 'was returned in', removed: 'was removed from' };

export const DEPLOY_KINDS = Object.keys(OUTCOMES);

/** A first release serves all traffic at once, so its `service.deployed` is its deployment too. */
export function outcomeOf(row: EventRow): Deploy['outcome'] | undefined {
  return row.kind === 'service.deployed' && row.body['first'] === true ? 'deployed' : OUTCOMES[row.kind];
}

/** Rows of the log that say what was deployed where; rows of other kinds are left out. */
export function deploysOf(rows: readonly EventRow[]): Deploy[] {
  return rows.flatMap((row) => {
    const outcome = outcomeOf(row);
    const environment = /@([^@]+)$/.exec(row.subject)?.[1] ?? text(row.body['environment']);
    if (outcome === undefined || environment === undefined) return [];
    const release = text(row.body['release']) ?? '';
    const sentence = text(row.body['sentence']) ?? text(row.body['message']) ?? `${release} ${WORDS[outcome]} ${environment}`;
    return [{ at: row.occurredAt, environment, release, outcome, sentence, chain: row.chain }];
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
