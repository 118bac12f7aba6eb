/** What rules look at: resources of all inputs, each with the state, plan or folder it is from. */
import type { JsonPiece } from '../../formats/terraform/state-pieces.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';

export interface EstateResource extends Pick<ResourceInstance, 'address' | 'resource' | 'module' | 'mode' | 'type' | 'name' | 'attributes' | 'status'> {
  /** Addresses without keys that the state says it depends on: tells uses whose values a state keeps only as a hash (user data). */
  dependencies?: readonly string[];
  /** Of ids that were not kept: how they appear in values of which only marks were kept. */
  identityMarks?: readonly string[];
  /** The state, plan or folder it is from. */
  source: EstateSource;
  /** What rules read of the attributes, where all of them are parsed only when `attributes` is asked for. */
  kept?: ResourceInstance['attributes'];
  /** Where it stands in the bytes of its state. */
  piece?: JsonPiece;
}

/** The attributes as rules see them. */
export function readAttributes(resource: Pick<EstateResource, 'attributes' | 'kept'>): ResourceInstance['attributes'] {
  return resource.kept ?? resource.attributes;
}

export interface EstateSource {
  /** As given. */
  path: string;
  /** Name of the root module: part of the identity of everything in it. */
  root: string;
  workspace: string;
}

/** One state (or plan, or evaluated code) with the name it goes by. */
export interface EstateMember {
  source: EstateSource;
  model: Pick<InfrastructureModel, 'outputs'> & { /** One that names its source is taken as it is. */ resources: readonly (Omit<EstateResource, 'source'> & { source?: EstateSource })[] };
}
