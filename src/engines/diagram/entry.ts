/** A resource, or a module that is not here, as the diagram takes it: with what the catalogue knows of its type. */
import type { ResourceInstance } from '../infrastructure/model.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';

export interface Entry {
  readonly address: string;
  readonly resource: ResourceInstance;
  readonly type: ResourceType;
}
