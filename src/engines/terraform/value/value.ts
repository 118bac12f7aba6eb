/**
 * Values of the Terraform language, as its type system (go-cty) has them.
 *
 * Three things travel with a value and never leak into each other: what it is (known, null, or unknown
 * with its reason), whether it is sensitive or ephemeral, and where it comes from (`origins`: the
 * resource attributes that flowed into it, through locals, modules and functions). Origins are what
 * turns `subnet_ids = module.network.private` into edges to the very subnets, although no id is known.
 * Marks on a collection stand on the collection; marks of its elements stay on the elements.
 */
import type { Decimal } from './decimal.ts';

export type Type =
  | { kind: 'string' | 'number' | 'bool' | 'dynamic' }
  | { kind: 'list' | 'set' | 'map'; element: Type }
  | { kind: 'tuple'; elements: readonly Type[] }
  | { kind: 'object'; attributes: ReadonlyMap<string, Type>; optional: ReadonlySet<string> };

/** A place in a file of the module tree; lines and columns are 1-based. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** A resource attribute that a value was made from: `aws_subnet.private[0]` and `id`. */
export interface Origin {
  /** Address of the resource or data source instance, or of the whole resource when the instance is not known. */
  address: string;
  /** Dotted path below it; empty for the whole object. */
  attribute: string;
}

export interface Marks {
  sensitive?: true;
  ephemeral?: true;
  origins?: readonly Origin[];
}

/** Why a value is not known, for people: `known only after apply`, `opaque module`, `data source`, `no value was given`. */
export interface UnknownReason {
  kind: 'computed' | 'data-source' | 'opaque-module' | 'no-value' | 'cycle' | 'unsupported' | 'failed' | 'outside-module' | 'time';
  message: string;
  at?: SourceLocation;
}

/**
 * What is known inside an object that is unknown as a whole, such as a resource: the attributes that its block
 * sets. Answers undefined for what is as unknown as the rest.
 */
export type KnownAttributes = (name: string) => Value | undefined;

export type Value = (
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: Decimal }
  | { kind: 'bool'; value: boolean }
  | { kind: 'null'; type: Type }
  | { kind: 'list' | 'set'; element: Type; elements: readonly Value[] }
  | { kind: 'tuple'; elements: readonly Value[] }
  | { kind: 'map'; element: Type; entries: ReadonlyMap<string, Value> }
  | { kind: 'object'; entries: ReadonlyMap<string, Value> }
  /** `document`: what an unknown text is the encoding of (`jsonencode`), with its known parts; never with a secret in it. */
  | { kind: 'unknown'; type: Type; reason: UnknownReason; attributes?: KnownAttributes; document?: Value }
) & { marks?: Marks };
