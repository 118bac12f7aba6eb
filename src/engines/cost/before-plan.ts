/** What a plan starts from, as a model: so that a plan alone tells what its change costs. */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';

/** Resources under the addresses they will have, so that a move is no change; `forget` leaves a thing there, but not here. */
export function beforePlan(model: InfrastructureModel): InfrastructureModel {
  return { ...model, resources: model.resources.flatMap(before) };
}

function before(resource: ResourceInstance): ResourceInstance[] {
  const { change, ...rest } = resource;
  if (change === undefined || resource.mode !== 'managed') return [rest];
  // `before` of a thing that is created is null; of one whose values are all sensitive it is no object either.
  return isPlainObject(change.before) ? [{ ...rest, attributes: change.before }] : [];
}
