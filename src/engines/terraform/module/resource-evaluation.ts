/**
 * A resource with its instances, and each instance's attributes as other blocks see them.
 *
 * What the block sets is known and carries its origin; everything else is known only after apply (or, for
 * a data source, when it is read), unless a state tells it. Attributes are evaluated one by one, when asked for.
 */
import type { FreeBody, NestedBlock, ResourceDeclaration } from '../configuration/declarations.ts';
import { printKey } from '../../../formats/terraform/address.ts';
import { NULL, objectValue, tupleValue } from '../value/construct.ts';
import type { UnknownReason, Value } from '../value/value.ts';
import { attributeData } from './attribute-data.ts';
import type { EvaluatedBlock, EvaluatedBody } from './body-evaluation.ts';
import { evaluateBlock, evaluateBody } from './body-evaluation.ts';
import type { KnownAttributeData } from './evaluation.ts';
import { unknownCycle } from './evaluation.ts';
import type { ExpandedInstance, Expansion } from './expansion.ts';
import { surroundingsOf } from './module-context.ts';
import type { ModuleContext, Surroundings } from './module-context.ts';
import { partlyKnown, readFrom, unknownFrom } from './origins.ts';

const COMPUTED: UnknownReason = { kind: 'computed', message: 'known only after apply' };
const READ_LATER: UnknownReason = { kind: 'data-source', message: 'read by a data source' };
const EPHEMERAL: UnknownReason = { kind: 'computed', message: 'ephemeral: never stored' };

export class ResourceEvaluation {
  readonly declaration: ResourceDeclaration;
  readonly module: ModuleContext;
  /** With the module's address. */
  readonly address: string;
  readonly expansion: Expansion;
  readonly instances: readonly InstanceEvaluation[];
  /** Value of count, for_each or enabled. */
  readonly repetition: Value | undefined;
  #value: Value | undefined;

  constructor(module: ModuleContext, declaration: ResourceDeclaration, expansion: Expansion, repetition: Value | undefined) {
    this.module = module;
    this.declaration = declaration;
    this.address = module.addressOf(declaration.address);
    this.expansion = expansion;
    this.repetition = repetition;
    this.instances = expansion.instances.map((instance) => new InstanceEvaluation(this, instance));
  }

  /** What `aws_vpc.main` means in an expression: an object, a tuple of them, or an object of them by key. */
  get value(): Value {
    return (this.#value ??= this.#make());
  }

  #make(): Value {
    const { kind, unknown, truncated } = this.expansion;
    const whole = { address: this.address, attribute: '' };
    if (unknown !== undefined) return unknownFrom(unknown, whole);
    if (truncated !== undefined) return unknownFrom({ kind: 'unsupported', message: 'more instances than are evaluated' }, whole);
    if (kind === 'count') return tupleValue(this.instances.map((instance) => instance.value));
    if (kind === 'for-each') return objectValue(new Map(this.instances.map((instance) => [String(instance.expanded.key), instance.value])));
    return this.instances[0]?.value ?? NULL;
  }

  get reason(): UnknownReason {
    return this.declaration.mode === 'managed' ? COMPUTED : this.declaration.mode === 'data' ? READ_LATER : EPHEMERAL;
  }
}

export class InstanceEvaluation {
  readonly resource: ResourceEvaluation;
  readonly expanded: ExpandedInstance;
  readonly address: string;
  readonly #attributes = new Map<string, Value>();
  /** Made when something first refers to the instance. */
  #seen: Map<string, Value> | undefined;
  #blocks: Map<string, NestedBlock[]> | undefined;
  #value: Value | undefined;
  #body: EvaluatedBody | undefined;
  #known: KnownAttributeData | null | undefined;

  constructor(resource: ResourceEvaluation, expanded: ExpandedInstance) {
    this.resource = resource;
    this.expanded = expanded;
    this.address = `${resource.address}${printKey(expanded.key)}`;
  }

  get surroundings(): Surroundings {
    return surroundingsOf(this.expanded);
  }

  /** The instance as an object in expressions. */
  get value(): Value {
    return (this.#value ??= partlyKnown(this.resource.reason, { address: this.address, attribute: '' }, (name) => this.#read(name)));
  }

  /** All arguments and blocks evaluated, as the block itself has them. */
  body(): EvaluatedBody {
    // Values of arguments are kept anyway; those of blocks are worked out anew, when all that they lead to has settled.
    if (this.resource.declaration.body.blocks.length > 0) return this.#evaluated();
    return (this.#body ??= this.#evaluated());
  }

  #evaluated(): EvaluatedBody {
    const { module, declaration } = this.resource;
    const own: FreeBody = { attributes: new Map(), blocks: declaration.body.blocks };
    const body = evaluateBody(module, own, this.surroundings, declaration.address);
    for (const [name, written] of declaration.body.attributes) body.attributes.set(name, { written, value: this.#attribute(name) ?? NULL });
    return body;
  }

  /** The value that an argument has in the block. */
  #attribute(name: string): Value | undefined {
    const known = this.#attributes.get(name);
    if (known !== undefined) return known;
    const { module, declaration } = this.resource;
    const written = declaration.body.attributes.get(name);
    if (written === undefined) return undefined;
    const { start, end } = written.expression;
    const place = { file: written.file, start, end };
    const value = module.evaluation.literal(written) ?? module.evaluation.once(`${this.address}.${name}`, place, () => module.evaluate(written, this.surroundings, `${declaration.address}.${name}`), unknownCycle);
    this.#attributes.set(name, value);
    return value;
  }

  /** The value that others read. An argument that is null may be filled in by the provider. */
  #read(name: string): Value {
    this.#seen ??= new Map();
    const seen = this.#seen.get(name);
    if (seen !== undefined) return seen;
    const origin = { address: this.address, attribute: name };
    const set = this.#attribute(name);
    const value = set !== undefined && set.kind !== 'null' ? readFrom(set, origin) : (this.#fromState(name) ?? this.#nested(name) ?? unknownFrom(this.resource.reason, origin));
    this.#seen.set(name, value);
    return value;
  }

  #fromState(name: string): Value | undefined {
    if (this.#known === undefined) this.#known = this.resource.module.evaluation.options.known?.(this.address) ?? null;
    if (this.#known === null || !Object.hasOwn(this.#known, name)) return undefined;
    return readFrom(attributeData(this.#known[name]), { address: this.address, attribute: name });
  }

  /** `block` as a list of objects. */
  #nested(type: string): Value | undefined {
    if (this.#blocks === undefined) {
      this.#blocks = new Map();
      for (const block of this.resource.declaration.body.blocks) this.#blocks.set(block.type, [...(this.#blocks.get(block.type) ?? []), block]);
    }
    const blocks = this.#blocks.get(type);
    if (blocks === undefined) return undefined;
    const { module, declaration } = this.resource;
    const label = `${this.address}.${type}`;
    const origin = { address: this.address, attribute: type };
    const place = blocks[0]?.place;
    return module.evaluation.once(label, place, () => {
      const evaluated = blocks.flatMap((block) => evaluateBlock(module, block, this.surroundings, `${declaration.address}.${type}`));
      return this.#blockValues(evaluated, type) ?? unknownFrom(this.resource.reason, origin);
    }, () => unknownFrom({ kind: 'cycle', message: 'depends on itself' }, origin));
  }

  #blockValues(blocks: readonly EvaluatedBlock[], path: string): Value | undefined {
    if (blocks.some((block) => block.unknown !== undefined)) return undefined;
    return tupleValue(blocks.map((block, index) => this.#blockValue(block.body, `${path}.${index}`)));
  }

  #blockValue(body: EvaluatedBody, path: string): Value {
    return partlyKnown(this.resource.reason, { address: this.address, attribute: path }, (name) => {
      const origin = { address: this.address, attribute: `${path}.${name}` };
      const set = body.attributes.get(name);
      if (set !== undefined && set.value.kind !== 'null') return readFrom(set.value, origin);
      const inner = body.blocks.get(name);
      return (inner === undefined ? undefined : this.#blockValues(inner, `${path}.${name}`)) ?? unknownFrom(this.resource.reason, origin);
    });
  }
}
