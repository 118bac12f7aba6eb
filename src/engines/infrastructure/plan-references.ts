/**
 * Follows the references of a plan's configuration through module calls and outputs to resources.
 *
 * A plan lists, for each expression, what it mentions, longest first (`aws_vpc.main.id`, `aws_vpc.main`).
 * `module.network.subnets` is followed into the child's output, `var.subnets` into the caller's argument.
 * Locals are not in plans: what goes through one stays unfollowed.
 */
import { addressSteps, printKey } from '../../formats/terraform/address.ts';
import type { PlanModuleConfiguration, PlanResourceConfiguration } from '../../formats/terraform/plan.ts';
import type { ModelReference } from './model.ts';

interface Place {
  configuration: PlanModuleConfiguration;
  /** Address of the module instance. */
  address: string;
  parent?: { place: Place; call: string };
}

const MAX_STEPS = 50;
const NOT_RESOURCES = new Set(['local', 'each', 'count', 'path', 'self', 'terraform']);

/** References by the address of a resource without its own key, for each module instance that is asked for. */
export function planReferences(root: PlanModuleConfiguration): (module: string, resource: string) => ModelReference[] {
  const rootPlace: Place = { configuration: root, address: '' };
  const places = new Map<string, Place | undefined>([['', rootPlace]]);
  const blocks = new Map<PlanModuleConfiguration, Map<string, PlanResourceConfiguration>>();
  const placeOf = (address: string): Place | undefined => {
    if (!places.has(address)) places.set(address, findPlace(rootPlace, address));
    return places.get(address);
  };
  const blockOf = (configuration: PlanModuleConfiguration, name: string): PlanResourceConfiguration | undefined => {
    let named = blocks.get(configuration);
    if (named === undefined) {
      named = new Map(configuration.resources.map((resource) => [resource.address, resource]));
      blocks.set(configuration, named);
    }
    return named.get(name);
  };
  return (module, resource) => {
    const place = placeOf(module);
    const block = place === undefined ? undefined : blockOf(place.configuration, module === '' ? resource : resource.slice(module.length + 1));
    return place === undefined || block === undefined ? [] : referencesOfBlock(block, place);
  };
}

function findPlace(root: Place, address: string): Place | undefined {
  let place = root;
  const steps = addressSteps(address) ?? [];
  for (let at = 0; at < steps.length; at += 1) {
    if (steps[at] !== 'module') return undefined;
    const name = steps[at + 1];
    const key = steps[at + 2];
    const call = typeof name === 'string' ? place.configuration.calls.get(name) : undefined;
    if (call === undefined || typeof name !== 'string') return undefined;
    const keyText = typeof key === 'object' ? printKey(key.key) : '';
    place = { configuration: call.module, address: `${place.address === '' ? '' : `${place.address}.`}module.${name}${keyText}`, parent: { place, call: name } };
    at += keyText === '' ? 1 : 2;
  }
  return place;
}

function referencesOfBlock(block: PlanResourceConfiguration, place: Place): ModelReference[] {
  const references: ModelReference[] = [];
  const seen = new Set<string>();
  const add = (attribute: string, mentioned: readonly string[]): void => {
    for (const target of targetsOf(mentioned, place, 0)) {
      const key = `${attribute}\n${target.address}\n${target.attribute}`;
      if (seen.has(key)) continue;
      seen.add(key);
      references.push({ attribute, target: target.address, targetAttribute: target.attribute, via: 'expression' });
    }
  };
  for (const expression of block.expressions) add(expression.attribute, expression.references);
  for (const dependency of block.dependsOn) add('depends_on', [dependency]);
  return references;
}

interface Target {
  address: string;
  attribute: string;
}

function targetsOf(mentioned: readonly string[], place: Place, depth: number): Target[] {
  if (depth > MAX_STEPS) return [];
  return longest(mentioned).flatMap((mention) => targetOf(mention, place, depth));
}

/** A list holds `aws_vpc.main.id` and then `aws_vpc.main` for the same expression: the shorter says nothing new. */
function longest(mentioned: readonly string[]): string[] {
  return mentioned.filter((mention, at) => !mentioned.some((other, otherAt) => otherAt !== at && (other.startsWith(`${mention}.`) || other.startsWith(`${mention}[`))));
}

function targetOf(mention: string, place: Place, depth: number): Target[] {
  const steps = addressSteps(mention) ?? [];
  const [first, second] = steps;
  if (typeof first !== 'string' || typeof second !== 'string' || NOT_RESOURCES.has(first)) return [];
  if (first === 'var') {
    const call = place.parent?.place.configuration.calls.get(place.parent.call);
    const given = call?.expressions.filter((expression) => expression.attribute === second || expression.attribute.startsWith(`${second}.`)) ?? [];
    return place.parent === undefined ? [] : given.flatMap((expression) => targetsOf(expression.references, place.parent?.place ?? place, depth + 1));
  }
  if (first === 'module') return intoModule(steps, place, depth);
  return [resourceTarget(steps, place)];
}

function intoModule(steps: ReturnType<typeof addressSteps> & object, place: Place, depth: number): Target[] {
  const name = steps[1];
  const call = typeof name === 'string' ? place.configuration.calls.get(name) : undefined;
  if (call === undefined || typeof name !== 'string') return [];
  const key = typeof steps[2] === 'object' ? steps[2].key : undefined;
  const output = steps[key === undefined ? 2 : 3];
  const inner: Place = { configuration: call.module, address: `${place.address === '' ? '' : `${place.address}.`}module.${name}${printKey(key)}`, parent: { place, call: name } };
  const names = typeof output === 'string' ? [output] : [...call.module.outputs.keys()];
  return names.flatMap((each) => targetsOf(call.module.outputs.get(each) ?? [], inner, depth + 1));
}

function resourceTarget(steps: (string | { key: string | number })[], place: Place): Target {
  const own = steps[0] === 'data' || steps[0] === 'ephemeral' ? 3 : 2;
  const key = steps[own];
  const base = steps.slice(0, own).join('.');
  const rest = steps.slice(typeof key === 'object' ? own + 1 : own).map((step) => (typeof step === 'string' ? step : String(step.key)));
  return { address: `${place.address === '' ? '' : `${place.address}.`}${base}${typeof key === 'object' ? printKey(key.key) : ''}`, attribute: rest.join('.') };
}
