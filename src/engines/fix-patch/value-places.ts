/**
 * Where a value is written that an argument gets: in the argument itself, or where its expression leads.
 *
 * `var.size` leads to the variables file that sets it, to the argument of the module call, or to the default;
 * `local.size` to the local value; `each.value.size` to the entry of the collection; an output to the module's
 * inside. Conditionals, `try`, `coalesce` and `lookup` have several candidates: which of them counts is not
 * decided here but by evaluating the changed code, so a wrong candidate is never proposed, only tried.
 */
import type { HclFile } from '../../formats/hcl/hcl-file.ts';
import type { Attribute, Expression } from '../../formats/hcl/syntax-tree.ts';
import { addressSteps } from '../../formats/terraform/address.ts';
import type { ConfigurationFile, ModuleCall, Repetition, Written } from '../terraform/configuration/declarations.ts';
import { literalKey, literalText } from '../terraform/configuration/syntax.ts';
import type { ModuleNode } from '../terraform/module/module-node.ts';
import type { FixCode } from './code.ts';
import { isFetched, nodeAt } from './code.ts';

type Key = string | number;

/** Something that may be written anew. */
export type ValuePlace =
  | { kind: 'replace'; file: HclFile; expression: Expression; /** `the default of var.size`; empty for the argument itself. */ through: string }
  /** An argument that a module call does not have yet. */
  | { kind: 'argument'; file: HclFile; call: ModuleCall; name: string; through: string };

/** Places, the likeliest first; or why there are none. */
export type FoundPlaces = { places: ValuePlace[] } | { reason: string };

/** Whose expression it is: the module, the keys of the instance, and of the calls above. */
export interface Surrounding {
  code: FixCode;
  node: ModuleNode;
  key?: Key | undefined;
  repetition?: Repetition | undefined;
  /** Of `dynamic` blocks around: the name of the iterator, what is repeated, and which element this is. */
  iterators?: ReadonlyMap<string, { forEach: Written; element: Key }>;
  /** Keys of the module calls down to the node, one each. */
  moduleKeys: readonly (Key | undefined)[];
}

const DEEPEST = 40;
const NOT_FOUND: FoundPlaces = { reason: 'its value is not written anywhere in this code' };
/** Functions that hand on their only argument. */
const PASSING = new Set(['tostring', 'tonumber', 'tobool', 'nonsensitive', 'sensitive', 'one', 'tolist', 'tomap']);

/** The surroundings of a resource instance; undefined when the code has no such module. */
export function surroundingOf(code: FixCode, moduleAddress: string): Surrounding | undefined {
  const steps = moduleAddress === '' ? [] : addressSteps(moduleAddress);
  if (steps === undefined) return undefined;
  const calls: string[] = [];
  const moduleKeys: (Key | undefined)[] = [];
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at];
    if (typeof step === 'object') moduleKeys[moduleKeys.length - 1] = step.key;
    else if (step !== 'module' || typeof steps[at + 1] !== 'string') return undefined;
    else {
      calls.push(steps[at + 1] as string);
      moduleKeys.push(undefined);
      at += 1;
    }
  }
  const node = nodeAt(code.tree, calls);
  return node === undefined ? undefined : { code, node, moduleKeys };
}

export function placesOf(written: Written, around: Surrounding): FoundPlaces {
  return new PlaceFinder().find(written.expression, written.file, around, [], '');
}

/** `around` as the module call sees it. */
function callerOf({ code, node, moduleKeys }: Surrounding): Surrounding | undefined {
  const { parent, call } = node;
  if (parent === undefined || call === undefined) return undefined;
  return { code, node: parent, key: moduleKeys.at(-1), repetition: call.repetition, moduleKeys: moduleKeys.slice(0, -1) };
}

class PlaceFinder {
  #depth = 0;

  find(expression: Expression, file: ConfigurationFile | HclFile, around: Surrounding, steps: readonly Key[], through: string): FoundPlaces {
    if (this.#depth >= DEEPEST) return NOT_FOUND;
    this.#depth += 1;
    try {
      return this.#find(expression, file, around, steps, through);
    } finally {
      this.#depth -= 1;
    }
  }

  #find(expression: Expression, file: ConfigurationFile | HclFile, around: Surrounding, steps: readonly Key[], through: string): FoundPlaces {
    const on = (inner: Expression, more: readonly Key[] = []): FoundPlaces => this.find(inner, file, around, [...more, ...steps], through);
    switch (expression.kind) {
      case 'parentheses':
        return on(expression.inner);
      case 'conditional':
        return together([on(expression.then), on(expression.otherwise)]);
      case 'call':
        return this.#call(expression, on);
      case 'object': {
        const [step, ...rest] = steps;
        if (step === undefined) return isConstant(expression) ? this.#place(expression, file, through) : { reason: 'it is put together from several values' };
        const item = expression.items.find((one) => literalKey(one.key, one.bare) === String(step));
        return item === undefined ? { reason: `the entry ${String(step)} is not written out` } : this.find(item.value, file, around, rest, through === '' ? `the entry ${String(step)}` : through);
      }
      case 'tuple': {
        const [step, ...rest] = steps;
        if (step === undefined) return isConstant(expression) ? this.#place(expression, file, through) : { reason: 'it is put together from several values' };
        const element = typeof step === 'number' ? expression.elements[step] : undefined;
        return element === undefined ? { reason: 'its list is not written out' } : this.find(element, file, around, rest, through);
      }
      case 'variable':
      case 'attribute-access':
      case 'index':
        return this.#reference(expression, around, steps);
      case 'template': {
        const [only] = expression.parts;
        if (expression.parts.length === 1 && only?.kind === 'interpolation') return on(only.expression);
        return steps.length === 0 && isConstant(expression) ? this.#place(expression, file, through) : { reason: 'it is put together from parts' };
      }
      case 'number':
      case 'boolean':
      case 'null':
        return steps.length === 0 ? this.#place(expression, file, through) : NOT_FOUND;
      default:
        return { reason: 'it is worked out by an expression' };
    }
  }

  #place(expression: Expression, file: ConfigurationFile | HclFile, through: string): FoundPlaces {
    const path = 'path' in file ? file.path : file.file;
    if (isFetched(path)) return { reason: `it is written in the fetched module ${path}` };
    return { places: [{ kind: 'replace', file: asHcl(file), expression, through }] };
  }

  #call(expression: Expression & { kind: 'call' }, on: (inner: Expression, more?: readonly Key[]) => FoundPlaces): FoundPlaces {
    const [first, second, third] = expression.arguments;
    if (expression.expandFinal || first === undefined) return { reason: `it is worked out by ${expression.name}()` };
    if (expression.name === 'try' || expression.name === 'coalesce' || expression.name === 'coalescelist') return together(expression.arguments.map((one) => on(one)));
    if (expression.name === 'merge') return together([...expression.arguments].reverse().map((one) => on(one)));
    if (PASSING.has(expression.name) && second === undefined) return on(first);
    if (expression.name !== 'lookup' || second === undefined) return { reason: `it is worked out by ${expression.name}()` };
    const key = literalText(second);
    return together([...(key === undefined ? [] : [on(first, [key])]), ...(third === undefined ? [] : [on(third)])]);
  }

  #reference(expression: Expression, around: Surrounding, more: readonly Key[]): FoundPlaces {
    const access = accessOf(expression, around);
    if (access === undefined) return { reason: 'which element it takes is not written out' };
    const [root, name, ...rest] = access;
    const steps = [...rest, ...more];
    const iterator = around.iterators?.get(String(root));
    if (iterator !== undefined && name === 'value') return this.find(iterator.forEach.expression, iterator.forEach.file, around, [iterator.element, ...steps], '');
    if (typeof name !== 'string') return NOT_FOUND;
    if (root === 'var') return this.#variable(name, around, steps);
    if (root === 'local') {
      const local = around.node.configuration?.locals.get(name);
      return local === undefined ? NOT_FOUND : this.find(local.value.expression, local.value.file, around, steps, `local.${name}`);
    }
    if (root === 'each' && name === 'value' && around.repetition?.kind === 'for-each' && around.key !== undefined) return this.find(around.repetition.written.expression, around.repetition.written.file, around, [around.key, ...steps], '');
    if (root === 'module') return this.#output(name, around, steps);
    return { reason: `it comes from ${access.filter((step) => typeof step === 'string').slice(0, 3).join('.')}` };
  }

  #output(call: string, around: Surrounding, steps: readonly Key[]): FoundPlaces {
    const [output, ...rest] = typeof steps[0] === 'number' ? steps.slice(1) : steps;
    const node = around.node.children.get(call);
    const value = node?.configuration?.outputs.get(String(output))?.value;
    if (node === undefined || value === undefined) return { reason: `it comes from module.${call}` };
    return this.find(value.expression, value.file, { code: around.code, node, moduleKeys: [...around.moduleKeys, undefined] }, rest, `output ${String(output)} of module.${call}`);
  }

  #variable(name: string, around: Surrounding, steps: readonly Key[]): FoundPlaces {
    const variable = around.node.configuration?.variables.get(name);
    if (variable === undefined) return NOT_FOUND;
    const caller = callerOf(around);
    const { call } = around.node;
    const fallback = variable.default === undefined ? NOT_FOUND : this.find(variable.default.expression, variable.default.file, around, steps, `the default of var.${name}`);
    if (caller === undefined || call === undefined) return this.#rootVariable(name, around, steps, fallback);
    const given = call.inputs.get(name);
    if (given !== undefined) return this.find(given.expression, given.file, caller, steps, `the argument ${name} of module.${call.name}`);
    const file = hclOf(around, call);
    const argument: FoundPlaces = steps.length > 0 || file === undefined || isFetched(file.file) ? NOT_FOUND : { places: [{ kind: 'argument', file, call, name, through: `the argument ${name} of module.${call.name}` }] };
    return together([argument, fallback]);
  }

  #rootVariable(name: string, { code }: Surrounding, steps: readonly Key[], fallback: FoundPlaces): FoundPlaces {
    for (const file of [...code.variables].reverse()) {
      const found = file.body.items.find((item): item is Attribute => item.kind === 'attribute' && item.name === name);
      if (found !== undefined) return this.find(found.expression, file, { code, node: code.tree.root, moduleKeys: [] }, steps, `${name} in ${file.file}`);
    }
    if (code.tree.given.has(name)) return { reason: `var.${name} is given from outside of the code (TF_VAR_${name})` };
    return 'places' in fallback ? fallback : { reason: `var.${name} has no value in this code` };
  }
}

function together(all: readonly FoundPlaces[]): FoundPlaces {
  const places = all.flatMap((one) => ('places' in one ? one.places : []));
  if (places.length > 0) return { places };
  const reason = all.map((one) => ('reason' in one ? one.reason : '')).find((one) => one !== '' && one !== (NOT_FOUND as { reason: string }).reason);
  return reason === undefined ? NOT_FOUND : { reason };
}

/** Nothing in it has to be worked out. */
function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'boolean':
    case 'null':
      return true;
    case 'template':
      return literalText(expression) !== undefined && expression.form !== 'heredoc' && expression.form !== 'indented-heredoc';
    case 'parentheses':
      return isConstant(expression.inner);
    case 'tuple':
      return expression.elements.every(isConstant);
    default:
      return false;
  }
}

/** `var.a["x"].b` as names and keys; `count.index` and `each.key` in brackets are those of the instance. */
function accessOf(expression: Expression, around: Surrounding): Key[] | undefined {
  if (expression.kind === 'variable') return [expression.name];
  if (expression.kind === 'parentheses') return accessOf(expression.inner, around);
  if (expression.kind === 'attribute-access') {
    const source = accessOf(expression.source, around);
    return source === undefined ? undefined : [...source, expression.name];
  }
  if (expression.kind !== 'index') return undefined;
  const source = accessOf(expression.source, around);
  const key = keyOf(expression.key, around);
  return source === undefined || key === undefined ? undefined : [...source, key];
}

function keyOf(key: Expression, around: Surrounding): Key | undefined {
  const text = literalText(key);
  if (text !== undefined) return text;
  if (key.kind === 'number' && /^\d+$/.test(key.text)) return Number(key.text);
  const steps = accessOf(key, around);
  const isOwn = steps?.length === 2 && ((steps[0] === 'count' && steps[1] === 'index') || (steps[0] === 'each' && steps[1] === 'key'));
  return isOwn ? around.key : undefined;
}

function hclOf(around: Surrounding, call: ModuleCall): HclFile | undefined {
  return around.node.parent?.configuration?.files.find((file) => file.path === call.place.file.path)?.hcl;
}

/** A file of the configuration keeps its tree; one of variables is one. */
function asHcl(file: ConfigurationFile | HclFile): HclFile {
  return 'body' in file ? file : (file as ConfigurationFile & { hcl: HclFile }).hcl;
}

