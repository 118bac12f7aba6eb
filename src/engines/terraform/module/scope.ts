/**
 * The names that an expression of a module sees: `var`, `local`, `module`, `data`, resources, `path`,
 * `terraform`, and where they stand `count`, `each`, `self` and the iterators of dynamic blocks.
 *
 * What is declared nowhere is told here with its place and is unknown from then on, so that one misspelt
 * name gives one problem and not a hundred.
 */
import type { ConfigurationFile } from '../configuration/declarations.ts';
import type { Reference, Resolution, Scope } from '../expression/scope.ts';
import { stringValue, unknownValue } from '../value/construct.ts';
import { DYNAMIC } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import type { ModuleContext, Surroundings } from './module-context.ts';

const ROOTS = ['var', 'local', 'module', 'data', 'ephemeral', 'resource', 'path', 'terraform', 'tofu', 'count', 'each', 'self'];

export function moduleScope(module: ModuleContext, file: ConfigurationFile, around: Surroundings): Scope {
  return {
    resolve: (reference) => resolve(module, file, around, reference),
    names: () => ROOTS,
    files: module.evaluation.files,
    locate: (span) => file.locate(span.start),
  };
}

function resolve(module: ModuleContext, file: ConfigurationFile, around: Surroundings, reference: Reference): Resolution | undefined {
  const { name, steps } = reference;
  const iterator = around.iterators?.get(name);
  if (iterator !== undefined) return { value: iterator, steps: 0 };
  const [first] = steps;
  const declared = (value: Value | undefined, what: string, taken: number): Resolution => ({ value: value ?? undeclared(module, file, reference, what), steps: taken });
  switch (name) {
    case 'var':
      return first === undefined ? undefined : declared(module.variable(first), `variable "${first}"`, 1);
    case 'local':
      return first === undefined ? undefined : declared(module.local(first), `local value "${first}"`, 1);
    case 'module':
      return first === undefined ? undefined : declared(module.callValue(first), `module call "${first}"`, 1);
    case 'path':
      return first === undefined ? undefined : declared(module.pathValue(first), `path.${first}`, 1);
    case 'terraform':
    case 'tofu':
      if (first === 'applying') return { value: unknownValue({ kind: 'bool' }, { kind: 'computed', message: 'known only after apply' }, { ephemeral: true }), steps: 1 };
      return first === 'workspace' ? { value: stringValue(module.evaluation.workspace), steps: 1 } : declared(undefined, `${name}.${first ?? ''}`, steps.length);
    case 'count':
      return first === 'index' && around.index !== undefined ? { value: around.index, steps: 1 } : misplaced(module, file, reference, 'count.index stands only where count is set');
    case 'each': {
      if (around.each === undefined || (first !== 'key' && first !== 'value')) return misplaced(module, file, reference, 'each.key and each.value stand only where for_each is set');
      return { value: around.each[first], steps: 1 };
    }
    case 'self':
      return around.self === undefined ? misplaced(module, file, reference, 'self stands only in provisioners, connections and postconditions') : { value: around.self, steps: 0 };
    case 'data':
    case 'ephemeral':
      return resolveResource(module, file, reference, `${name}.`, 0);
    case 'resource':
      return resolveResource(module, file, reference, '', 0);
    default:
      return first === undefined ? undefined : resolveResource(module, file, reference, `${name}.`, -1);
  }
}

/** `prefix` is what stands before the type or, without a mode, the type itself. */
function resolveResource(module: ModuleContext, file: ConfigurationFile, reference: Reference, prefix: string, shift: 0 | -1): Resolution | undefined {
  const names = shift === 0 ? reference.steps.slice(0, 2) : reference.steps.slice(0, 1);
  if (names.length < (shift === 0 ? 2 : 1)) return undefined;
  const address = `${prefix}${names.join('.')}`;
  const value = module.resourceValue(address);
  return { value: value ?? undeclared(module, file, reference, `resource "${address}"`), steps: names.length };
}

function undeclared(module: ModuleContext, file: ConfigurationFile, reference: Reference, what: string): Value {
  module.evaluation.problems.at(file, reference.span, [reference.name, ...reference.steps].join('.'), `there is no ${what} in this module`);
  return unknownValue(DYNAMIC, { kind: 'failed', message: 'refers to something that is not declared', at: file.locate(reference.span.start) });
}

function misplaced(module: ModuleContext, file: ConfigurationFile, reference: Reference, message: string): Resolution {
  module.evaluation.problems.at(file, reference.span, reference.name, message);
  return { value: unknownValue(DYNAMIC, { kind: 'failed', message, at: file.locate(reference.span.start) }), steps: reference.steps.length };
}
