/**
 * The one model of infrastructure, whatever it was read from: evaluated code, a plan, or a state.
 *
 * Diagrams, module documentation, drift, waste and cost all read this and nothing else. Attribute
 * values are plain JSON values, except where the source does not say (`UnknownAttribute`, with the
 * reason) or must not be told (`SensitiveAttribute`); both are classes, so that no hostile state can
 * forge one. Nested blocks are arrays of objects under the block's name, as states have them.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';

export interface ModelLocation {
  file: string;
  /** 1-based. */
  line: number;
  column: number;
  /** 1-based line of the block's closing brace. */
  endLine?: number;
}

/** One attribute that leads to another resource: the raw material of edges. */
export interface ModelReference {
  /** Dotted path of the attribute that holds the reference: `vpc_config.0.subnet_ids`; `depends_on` for explicit ones. */
  attribute: string;
  /** Address of a resource instance, or of a resource when the instance cannot be told. */
  target: string;
  /** What of it is used: `id`, `arn`; empty for the whole. */
  targetAttribute: string;
  /** How it was found: through the code's expressions, an equal id or arn in the values, or the state's dependency list. */
  via: 'expression' | 'value' | 'dependency';
}

export class UnknownAttribute {
  readonly reason: string;
  /** Resource attributes that it will be made from. */
  readonly origins: readonly { address: string; attribute: string }[];
  readonly location: ModelLocation | undefined;
  readonly #document: AttributeValue | undefined;

  constructor(reason: string, origins: readonly { address: string; attribute: string }[] = [], location?: ModelLocation, document?: AttributeValue) {
    this.reason = reason;
    this.origins = origins;
    this.location = location;
    this.#document = document;
  }

  /** What a text will be the encoding of, as far as it is known: a policy whose arns are not. Not part of what is printed. */
  get document(): AttributeValue | undefined {
    return this.#document;
  }
}

/** The inner value is private: it leaves only through `reveal`, which printers never call. */
export class SensitiveAttribute {
  readonly #value: AttributeValue;

  constructor(value: AttributeValue) {
    this.#value = value;
  }

  reveal(): AttributeValue {
    return this.#value;
  }

  toJSON(): string {
    return '(sensitive)';
  }
}

/** Integers beyond 2^53 are bigint, so that an account id or a size never loses a digit. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | UnknownAttribute
  | SensitiveAttribute
  | readonly AttributeValue[]
  | { readonly [name: string]: AttributeValue };

export type ChangeAction = 'create' | 'update' | 'delete' | 'replace' | 'read' | 'no-op' | 'forget' | 'move' | 'import';

export interface ResourceInstance {
  /** Canonical: `module.network["a"].aws_subnet.private[0]`. */
  address: string;
  /** Address without the instance key of the resource itself; module keys stay. */
  resource: string;
  /** Address of the module instance; empty for the root. */
  module: string;
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  name: string;
  key?: string | number;
  /** count or for_each could not be told: this one instance stands for an unknown number. */
  instancesUnknown?: string;
  /** `module` is the address of the module whose provider configuration it is, when the source tells; `key` is one of OpenTofu's `for_each`. */
  provider: { localName: string; alias?: string; source?: string; module?: string; key?: string };
  attributes: { readonly [name: string]: AttributeValue };
  references: readonly ModelReference[];
  /** The block in the code, when there is code. */
  location?: ModelLocation;
  /** Places of the attributes, when there is code. */
  attributeLocations?: ReadonlyMap<string, ModelLocation>;
  lifecycle?: { ignoreChanges: readonly string[] | 'all'; preventDestroy: boolean; createBeforeDestroy: boolean };
  /** From a plan. */
  change?: { actions: readonly ChangeAction[]; before?: AttributeValue; replacePaths?: readonly string[]; previousAddress?: string; reason?: string };
  /** From a state. */
  status?: { tainted?: boolean; deposed?: string; schemaVersion?: number };
}

export interface ModuleInstance {
  /** `module.network["a"]`; empty for the root. */
  address: string;
  /** Folder within the tree (`.` for the root), when it is there. */
  folder?: string;
  source?: string;
  version?: string;
  key?: string | number;
  location?: ModelLocation;
  /** Set when the module's code is not there: why, and its inputs are known all the same. */
  opaque?: string;
  /** count or for_each of its call, or of one above, could not be told: this one stands for an unknown number. */
  instancesUnknown?: true;
  inputs: { readonly [name: string]: AttributeValue };
  /** From which attributes of which resources each input comes. */
  references: readonly ModelReference[];
  outputs: { readonly [name: string]: AttributeValue };
}

export interface ProviderInstance {
  module: string;
  localName: string;
  alias?: string;
  /** One of OpenTofu's `for_each`. */
  key?: string;
  source?: string;
  versionConstraint?: string;
  /** Evaluated: `region`, `project` and so on. */
  attributes: { readonly [name: string]: AttributeValue };
  location?: ModelLocation;
}

export interface ModelOutput {
  name: string;
  value: AttributeValue;
  description?: string;
  references: readonly ModelReference[];
  location?: ModelLocation;
}

/** Addresses that the code renames, forgets and adopts. */
export interface ModelRefactoring {
  moved: readonly { module: string; from: string; to: string; location: ModelLocation }[];
  removed: readonly { module: string; from: string; destroy: boolean; location: ModelLocation }[];
  /** `id` is what the provider knows the thing by, when it is one text. */
  imports: readonly { to: string; id?: AttributeValue; location: ModelLocation }[];
}

/** How much was understood, and why not the rest: printed with every analysis. */
export interface ModelCoverage {
  files: number;
  unreadableFiles: number;
  blocks: number;
  resourceBlocks: number;
  /** Resource blocks whose attributes were evaluated. */
  resourceBlocksUnderstood: number;
  instances: number;
  opaqueModules: number;
  attributes: number;
  unknownAttributes: number;
  /** Grouped: `known only after apply` x 120. */
  reasons: readonly { reason: string; count: number; example?: string }[];
}

export interface InfrastructureModel {
  source: {
    kind: 'configuration' | 'plan' | 'state';
    /** As given by the user: a folder or a file. */
    path: string;
    workspace?: string;
    terraformVersion?: string;
    formatVersion?: string;
    serial?: number;
    lineage?: string;
  };
  /** Root first, parents before children. */
  modules: readonly ModuleInstance[];
  /** Sorted by address. */
  resources: readonly ResourceInstance[];
  providers: readonly ProviderInstance[];
  outputs: readonly ModelOutput[];
  /** From code: `moved`, `removed` and `import` blocks of all modules, with addresses from the root. */
  refactoring?: ModelRefactoring;
  problems: readonly SourceProblem[];
  coverage: ModelCoverage;
}
