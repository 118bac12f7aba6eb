/**
 * One instance of a module: its variables, locals, resources, calls and outputs, each worked out once.
 *
 * A module whose code is not there answers too: its outputs are unknown, and come from the call itself, so
 * that what is connected through it stays connected.
 */
import { printKey } from '../../../formats/terraform/address.ts';
import type { CheckRule, Written } from '../configuration/declarations.ts';
import { constantValue } from '../expression/evaluate.ts';
import { NULL, objectValue, stringValue, tupleValue, unknownValue } from '../value/construct.ts';
import { withMarks } from '../value/marks.ts';
import { DYNAMIC } from '../value/type.ts';
import type { UnknownReason, Value } from '../value/value.ts';
import type { Evaluation } from './evaluation.ts';
import { unknownCycle } from './evaluation.ts';
import type { ExpandedInstance, Expansion } from './expansion.ts';
import { expand } from './expansion.ts';
import { relativePath } from './folder-path.ts';
import type { ModuleNode } from './module-node.ts';
import { partlyKnown, unknownFrom } from './origins.ts';
import { ResourceEvaluation } from './resource-evaluation.ts';
import { moduleScope } from './scope.ts';
import { surroundingsOf } from './module-context.ts';
import type { ModuleContext, Surroundings } from './module-context.ts';
import { settleVariable } from './variable-value.ts';

const OPAQUE: UnknownReason = { kind: 'opaque-module', message: 'comes out of a module whose code is not here' };

/** The call that made an instance of a module. */
export interface Caller {
  module: ModuleEvaluation;
  instance: ExpandedInstance;
}

export interface CallEvaluation {
  node: ModuleNode;
  expansion: Expansion;
  instances: ModuleEvaluation[];
  repetition: Value | undefined;
  value: Value;
}

export class ModuleEvaluation implements ModuleContext {
  readonly evaluation: Evaluation;
  readonly node: ModuleNode;
  readonly caller: Caller | undefined;
  /** `module.network["a"]`; empty for the root. */
  readonly address: string;
  /** Nobody knows whether there is such a module: what is wrong in it is not told. */
  readonly doubtful: boolean;
  /** Values given to the root module's variables. */
  readonly #given: ReadonlyMap<string, Value>;
  readonly #rootFolder: string;
  readonly #values = new Map<string, Value>();
  readonly #resources = new Map<string, ResourceEvaluation | Value>();
  readonly #calls = new Map<string, CallEvaluation | Value>();

  constructor(evaluation: Evaluation, node: ModuleNode, caller: Caller | undefined, given: ReadonlyMap<string, Value>, rootFolder: string) {
    this.evaluation = evaluation;
    this.node = node;
    this.caller = caller;
    this.#given = given;
    this.#rootFolder = rootFolder;
    this.doubtful = caller !== undefined && (caller.module.doubtful || caller.instance.doubtful === true);
    this.address = caller === undefined ? '' : `${caller.module.prefix}module.${node.path.at(-1) ?? ''}${printKey(caller.instance.key)}`;
  }

  get isRoot(): boolean {
    return this.caller === undefined;
  }

  get prefix(): string {
    return this.address === '' ? '' : `${this.address}.`;
  }

  addressOf(local: string): string {
    return `${this.prefix}${local}`;
  }

  evaluate(written: Written, around: Surroundings, path: string): Value {
    // Most arguments are literals.
    return constantValue(written.expression) ?? this.evaluation.value(written, moduleScope(this, written.file, around), `${this.prefix}${path}`, this.doubtful || around.doubtful === true);
  }

  variable(name: string): Value | undefined {
    const declaration = this.node.configuration?.variables.get(name);
    if (declaration === undefined) return undefined;
    return this.#once('var', name, declaration.place, () => {
      if (this.caller === undefined) return settleVariable(this, declaration, this.#given.get(name), undefined);
      return settleVariable(this, declaration, this.input(name), this.node.call?.inputs.get(name));
    });
  }

  /** What the call gives for an input, before the variable's type and defaults. */
  input(name: string): Value | undefined {
    const { caller } = this;
    const written = this.node.call?.inputs.get(name);
    if (caller === undefined || written === undefined) return undefined;
    const key = `input.${name}`;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = caller.module.evaluate(written, surroundingsOf(caller.instance), `module.${this.node.path.at(-1) ?? ''}.${name}`);
    this.#values.set(key, value);
    return value;
  }

  local(name: string): Value | undefined {
    const declaration = this.node.configuration?.locals.get(name);
    if (declaration === undefined) return undefined;
    return this.#once('local', name, declaration.place, () => this.evaluate(declaration.value, {}, `local.${name}`));
  }

  output(name: string): Value | undefined {
    const declaration = this.node.configuration?.outputs.get(name);
    if (declaration === undefined) return undefined;
    return this.#once('output', name, declaration.place, () => {
      const value = declaration.value === undefined ? NULL : this.evaluate(declaration.value, {}, `output.${name}`);
      return withMarks(value, { ...(declaration.sensitive ? { sensitive: true as const } : {}), ...(declaration.ephemeral ? { ephemeral: true as const } : {}) });
    });
  }

  resource(address: string): ResourceEvaluation | undefined {
    const found = this.#resource(address);
    return found instanceof ResourceEvaluation ? found : undefined;
  }

  resourceValue(address: string): Value | undefined {
    const found = this.#resource(address);
    return found instanceof ResourceEvaluation ? found.value : found;
  }

  #resource(address: string): ResourceEvaluation | Value | undefined {
    const known = this.#resources.get(address);
    if (known !== undefined) return known;
    const declaration = this.node.configuration?.resources.get(address);
    if (declaration === undefined) return undefined;
    const made = this.evaluation.once<ResourceEvaluation | Value>(
      this.addressOf(address),
      declaration.place,
      () => {
        const { repetition } = declaration;
        const value = repetition === undefined ? undefined : this.evaluate(repetition.written, {}, `${address}.${repetition.kind}`);
        const expansion = expand(repetition, value, this.evaluation.instanceLimit);
        this.#account(expansion, repetition?.written, address);
        return new ResourceEvaluation(this, declaration, expansion, value);
      },
      (reason) => unknownFrom(reason, { address: this.addressOf(address), attribute: '' }),
    );
    if (made instanceof ResourceEvaluation || !this.#resources.has(address)) this.#resources.set(address, made);
    return this.#resources.get(address);
  }

  callValue(name: string): Value | undefined {
    const call = this.#call(name);
    return call !== undefined && 'instances' in call ? call.value : call;
  }

  call(name: string): CallEvaluation | undefined {
    const call = this.#call(name);
    return call !== undefined && 'instances' in call ? call : undefined;
  }

  #call(name: string): CallEvaluation | Value | undefined {
    const known = this.#calls.get(name);
    if (known !== undefined) return known;
    const declaration = this.node.configuration?.calls.get(name);
    if (declaration === undefined) return undefined;
    const address = `module.${name}`;
    const made = this.evaluation.once<CallEvaluation | Value>(
      this.addressOf(address),
      declaration.place,
      () => {
        const { repetition } = declaration;
        const value = repetition === undefined ? undefined : this.evaluate(repetition.written, {}, `${address}.${repetition.kind}`);
        const expansion = expand(repetition, value, this.evaluation.instanceLimit);
        this.#account(expansion, repetition?.written, address);
        return this.#expandCall(name, expansion, value);
      },
      unknownCycle,
    );
    if (!this.#calls.has(name)) this.#calls.set(name, made);
    return this.#calls.get(name);
  }

  #expandCall(name: string, expansion: Expansion, repetition: Value | undefined): CallEvaluation {
    const node = this.node.children.get(name) ?? { path: [...this.node.path, name], opaque: 'its source is not known yet', children: new Map() };
    const instances = expansion.instances.map((instance) => new ModuleEvaluation(this.evaluation, node, { module: this, instance }, NO_VALUES, this.#rootFolder));
    const whole = { address: this.addressOf(`module.${name}`), attribute: '' };
    const values = instances.map((instance) => instance.outputs());
    let value: Value;
    if (expansion.unknown !== undefined) value = unknownFrom(expansion.unknown, whole);
    else if (expansion.truncated !== undefined) value = unknownFrom({ kind: 'unsupported', message: 'more instances than are evaluated' }, whole);
    else if (expansion.kind === 'count') value = tupleValue(values);
    else if (expansion.kind === 'for-each') value = objectValue(new Map(values.map((one, index) => [String(expansion.instances[index]?.key), one])));
    else value = values[0] ?? NULL;
    return { node, expansion, instances, repetition, value };
  }

  /** The module as an object of its outputs, as its caller sees it. */
  outputs(): Value {
    const { configuration } = this.node;
    const origin = { address: this.address, attribute: '' };
    if (configuration === undefined) return unknownFrom(OPAQUE, origin);
    return partlyKnown({ kind: 'computed', message: 'known only after apply' }, undefined, (name) => this.output(name) ?? this.#noOutput(name));
  }

  #noOutput(name: string): Value {
    const place = this.node.call?.place;
    if (place !== undefined) this.evaluation.problems.at(place.file, place, `module.${this.node.path.at(-1) ?? ''}.${name}`, `the module has no output "${name}", and something refers to it`);
    return unknownValue(DYNAMIC, { kind: 'failed', message: 'refers to an output that is not declared' });
  }

  pathValue(name: string): Value | undefined {
    if (name === 'root') return stringValue('.');
    if (name === 'module') return stringValue(relativePath(this.#rootFolder, this.node.configuration?.folder ?? this.#rootFolder));
    if (name !== 'cwd') return undefined;
    const folder = this.evaluation.options.currentFolder;
    return folder === undefined ? unknownValue({ kind: 'string' }, { kind: 'outside-module', message: 'depends on the folder in which the command runs' }) : stringValue(folder);
  }

  /** Checks a rule: what is known to be false is a problem with the rule's own message. */
  check(rule: CheckRule, around: Surroundings, path: string, at?: Written): void {
    if (rule.condition === undefined) return;
    const condition = this.evaluate(rule.condition, around, path);
    if (condition.kind !== 'bool' || condition.value || this.doubtful || around.doubtful === true) return;
    const message = rule.errorMessage === undefined ? undefined : this.evaluate(rule.errorMessage, around, path);
    const shown = message?.kind === 'string' && message.marks?.sensitive !== true && message.marks?.ephemeral !== true ? message.value.trim() : 'the condition does not hold (its message has sensitive values)';
    const { file, line } = rule.place.file.locate(rule.place.start);
    const place = at ?? { file: rule.condition.file, expression: rule.condition.expression };
    this.evaluation.problems.ofValue(place.file, place.expression, `${this.prefix}${path}`, shown, at === undefined ? undefined : `the rule stands in ${file}:${line}`);
  }

  #account(expansion: Expansion, written: Written | undefined, address: string): void {
    this.evaluation.takeInstances(expansion.instances.length);
    if (written === undefined) return;
    const { problem, truncated } = expansion;
    if (problem !== undefined) this.evaluation.problems.ofValue(written.file, written.expression, this.addressOf(address), problem.message, problem.hint);
    if (truncated !== undefined) this.evaluation.problems.at(written.file, written.expression, this.addressOf(address), `this makes ${truncated} instances; only the first ${expansion.instances.length} were evaluated`);
  }

  #once(kind: string, name: string, place: Parameters<Evaluation['once']>[1], compute: () => Value): Value {
    const key = `${kind}.${name}`;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = this.evaluation.once(this.addressOf(key), place, compute, unknownCycle);
    if (!this.#values.has(key)) this.#values.set(key, value);
    return this.#values.get(key) ?? value;
  }
}

const NO_VALUES: ReadonlyMap<string, Value> = new Map();
