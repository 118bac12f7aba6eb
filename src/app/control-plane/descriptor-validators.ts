/** Foreign kinds are validated by their own formats, wherever the object comes from: kubectl, the console or Git. */
import type { FieldProblem, KindDefinition } from '../../domain/kinds/definition.ts';
import { KINDS } from '../../domain/kinds/registry.ts';
import { declaredRelations } from '../../engines/relations/relations.ts';
import type { Entity } from '../../formats/backstage/kinds.ts';
import { entityFaults } from '../../formats/backstage/validate.ts';
import { scoreFaults } from '../../formats/score/parse.ts';

type Validator = NonNullable<KindDefinition['validate']>;

function fieldOf(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

function invalid(path: readonly (string | number)[], message: string): FieldProblem {
  return { field: fieldOf(path), reason: 'FieldValueInvalid', message };
}

/** `relations` and `status` are the catalog's output, which a descriptor may not have and a stored entity does. */
const entity: Validator = (object) => {
  const { apiVersion, kind, metadata, spec } = object;
  return entityFaults({ apiVersion, kind, metadata, spec }).map((fault) => invalid(fault.path, fault.message));
};

const workload: Validator = (object) => scoreFaults(object['spec']).map((fault) => invalid(['spec', ...fault.path], fault.message));

export const descriptorValidators: Record<string, Validator> = {
  ...Object.fromEntries(KINDS.filter((definition) => definition.group === 'backstage.io').map((definition) => [`backstage.io/${definition.kind}`, entity])),
  'roadbed.dev/Workload': workload,
};

const relations = (object: Record<string, unknown>): Record<string, unknown> => {
  const declared = declaredRelations(object as unknown as Entity);
  return declared.length === 0 ? {} : { relations: declared };
};

/** What a new entity declares stands in it at once; the relations that others declare follow. */
export const firstObservations: Record<string, NonNullable<KindDefinition['observedAtFirst']>> = Object.fromEntries(
  KINDS.filter((definition) => definition.group === 'backstage.io').map((definition) => [`backstage.io/${definition.kind}`, relations]),
);
