/**
 * The objects that pages are made of, each kind read at most once a request, with the reader's own
 * rights: where the reader may not list everything, the namespaces that he may read are joined.
 */
import { PlatformError } from '../../domain/error.ts';
import type { EnvironmentSpec, EnvironmentStatus } from '../../domain/kinds/environment.ts';
import type { HoldSpec, HoldStatus } from '../../domain/kinds/hold.ts';
import type { ReleaseSpec, ReleaseStatus } from '../../domain/kinds/release.ts';
import type { RepositorySpec, RepositoryStatus } from '../../domain/kinds/repository.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { KindName, Objects } from '../../ports/objects.ts';
import type { PipelineRunObject, ResourceClaimObject, RolloutObject } from '../contract/pages.ts';
import type { Readable } from './readable.ts';

export type EnvironmentObject = ApiObject<EnvironmentSpec, EnvironmentStatus>;
export type HoldObject = ApiObject<HoldSpec, HoldStatus>;
export type ReleaseObject = ApiObject<ReleaseSpec, ReleaseStatus>;
export type RepositoryObject = ApiObject<RepositorySpec, RepositoryStatus>;
export interface EntitySpec {
  type?: string;
  lifecycle?: string;
  owner?: string;
  system?: string;
  domain?: string;
  parent?: string;
}
export type EntityObject = ApiObject<EntitySpec> & {
  relations?: { type: string; targetRef: string }[];
  metadata: ApiObject['metadata'] & { title?: string; description?: string; tags?: string[]; links?: { url: string; title?: string }[] };
};

export interface Snapshot {
  /** Now, milliseconds. */
  readonly now: number;
  rollouts(): Promise<RolloutObject[]>;
  releases(): Promise<ReleaseObject[]>;
  holds(): Promise<HoldObject[]>;
  environments(): Promise<EnvironmentObject[]>;
  runs(): Promise<PipelineRunObject[]>;
  repositories(): Promise<RepositoryObject[]>;
  claims(): Promise<ResourceClaimObject[]>;
  entities(): Promise<EntityObject[]>;
}

const ENTITY_KINDS = ['Component', 'API', 'Resource', 'System', 'Domain', 'Group', 'User', 'Location'] as const;

/** The Score and Backstage groups of the kinds above. */
export function kindName(kind: string): KindName {
  return (ENTITY_KINDS as readonly string[]).includes(kind) ? `backstage.io/${kind}` : `roadbed.dev/${kind}`;
}

export function takeSnapshot(objects: Objects, readable: Readable, now: number): Snapshot {
  const taken = new Map<string, Promise<ApiObject[]>>();
  const all = <T extends ApiObject>(kind: string): Promise<T[]> => {
    let list = taken.get(kind);
    if (list === undefined) {
      list = listReadable(objects, readable, kindName(kind));
      taken.set(kind, list);
    }
    return list as Promise<T[]>;
  };
  return {
    now,
    rollouts: () => all<RolloutObject>('Rollout'),
    releases: () => all<ReleaseObject>('Release'),
    holds: () => all<HoldObject>('Hold'),
    environments: async () => (await all<EnvironmentObject>('Environment')).toSorted((a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name)),
    runs: async () => (await all<PipelineRunObject>('PipelineRun')).toSorted((a, b) => runTime(b) - runTime(a)),
    repositories: () => all<RepositoryObject>('Repository'),
    claims: () => all<ResourceClaimObject>('ResourceClaim'),
    entities: async () => (await Promise.all(ENTITY_KINDS.map((kind) => all<EntityObject>(kind)))).flat(),
  };
}

function runTime(run: PipelineRunObject): number {
  return Date.parse(run.metadata.creationTimestamp);
}

async function listReadable(objects: Objects, readable: Readable, kind: KindName): Promise<ApiObject[]> {
  const reading = (namespace?: string): Promise<ApiObject[]> =>
    objects.list(kind, namespace === undefined ? {} : { namespace }).catch((error: unknown) => {
      if (error instanceof PlatformError && (error.class === 'forbidden' || error.class === 'not-found')) return [];
      throw error;
    });
  if (readable.all || kind.endsWith('/Environment')) return reading();
  return (await Promise.all(readable.namespaces.map(reading))).flat();
}
