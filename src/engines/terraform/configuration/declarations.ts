/**
 * What the blocks of a Terraform or OpenTofu module declare, before anything is evaluated.
 *
 * Each declaration keeps its expressions as syntax, with the file they were written in (an override may
 * put an expression of another file into a resource), so that every later message can name a place.
 * Names follow the language: a "call" is a `module` block, "repetition" is `count`, `for_each` or OpenTofu's `enabled`.
 */
import type { SourceProblem } from '../../../domain/source-problem.ts';
import type { HclFile } from '../../../formats/hcl/hcl-file.ts';
import type { Expression, Span } from '../../../formats/hcl/syntax-tree.ts';
import type { SourceLocation, Type } from '../value/value.ts';
import type { Defaults } from '../value/defaults.ts';

/** A file of the configuration; places in it are worked out when asked for. */
export interface ConfigurationFile {
  /** Relative to the source tree's root. */
  path: string;
  text: string;
  json: boolean;
  /** 1-based line and column of an offset. */
  locate(offset: number): SourceLocation;
}

export interface Written {
  file: ConfigurationFile;
  expression: Expression;
  /** Where the argument's name stands. */
  name?: Span;
}

/** Where a block stands. */
export interface BlockPlace extends Span {
  file: ConfigurationFile;
}

/** Arguments and nested blocks that a provider defines: read without a schema. */
export interface FreeBody {
  attributes: Map<string, Written>;
  blocks: NestedBlock[];
}

export interface NestedBlock {
  type: string;
  labels: string[];
  place: BlockPlace;
  body: FreeBody;
  /** For `dynamic` blocks: what is repeated, and the name and labels of the content. */
  dynamic?: { forEach: Written; iterator: string; labels: readonly Written[] };
}

export interface CheckRule {
  place: BlockPlace;
  condition?: Written;
  errorMessage?: Written;
}

export interface TerraformSettings {
  requiredVersions: Written[];
  requiredProviders: Map<string, RequiredProvider>;
  backend?: { type: string; body: FreeBody; place: BlockPlace };
  cloud?: { body: FreeBody; place: BlockPlace };
  experiments: string[];
  languageEdition?: string;
}

export interface RequiredProvider {
  localName: string;
  source?: string;
  versionConstraint?: string;
  /** `aws.src` and the like. */
  aliases: string[];
  place: BlockPlace;
}

export interface ProviderDeclaration {
  localName: string;
  alias?: string;
  versionConstraint?: string;
  forEach?: Written;
  body: FreeBody;
  place: BlockPlace;
}

/** A reference to a provider configuration: `aws`, `aws.west`, OpenTofu's `aws.by_region[each.key]`. */
export interface ProviderReference {
  localName: string;
  alias?: string;
  key?: Written;
  place: BlockPlace;
}

export interface VariableDeclaration {
  name: string;
  place: BlockPlace;
  description?: string;
  /** As written, for documentation. */
  typeText?: string;
  type: Type;
  /** Of its optional attributes. */
  defaults?: Defaults;
  default?: Written;
  sensitive: boolean;
  nullable: boolean;
  ephemeral: boolean;
  deprecated?: string;
  validations: CheckRule[];
}

export interface LocalDeclaration {
  name: string;
  place: BlockPlace;
  value: Written;
}

export interface OutputDeclaration {
  name: string;
  place: BlockPlace;
  value?: Written;
  description?: string;
  sensitive: boolean;
  ephemeral: boolean;
  deprecated?: string;
  dependsOn: Written[];
  preconditions: CheckRule[];
}

export type Repetition = { kind: 'count' | 'for-each' | 'enabled'; written: Written };

export interface ModuleCall {
  name: string;
  place: BlockPlace;
  source?: Written;
  version?: Written;
  repetition?: Repetition;
  /** Inner name -> provider of the caller. */
  providers: Map<string, ProviderReference>;
  dependsOn: Written[];
  inputs: Map<string, Written>;
}

export type ResourceMode = 'managed' | 'data' | 'ephemeral';

export interface ResourceDeclaration {
  mode: ResourceMode;
  type: string;
  name: string;
  /** Within the module: `aws_vpc.main`, `data.aws_ami.base`. */
  address: string;
  place: BlockPlace;
  repetition?: Repetition;
  provider?: ProviderReference;
  dependsOn: Written[];
  lifecycle: ResourceLifecycle;
  provisioners: ProvisionerDeclaration[];
  connection?: FreeBody;
  body: FreeBody;
}

export interface ResourceLifecycle {
  ignoreChanges: string[] | 'all';
  preventDestroy?: Written;
  createBeforeDestroy?: Written;
  replaceTriggeredBy: Written[];
  preconditions: CheckRule[];
  postconditions: CheckRule[];
}

export interface ProvisionerDeclaration {
  type: string;
  body: FreeBody;
  when: 'create' | 'destroy';
  place: BlockPlace;
}

export interface MovedDeclaration {
  from?: string;
  to?: string;
  place: BlockPlace;
}

export interface RemovedDeclaration {
  from?: string;
  destroy: boolean;
  place: BlockPlace;
}

export interface ImportDeclaration {
  to?: Written;
  id?: Written;
  identity?: Written;
  forEach?: Written;
  provider?: ProviderReference;
  place: BlockPlace;
}

export interface CheckDeclaration {
  name: string;
  place: BlockPlace;
  asserts: CheckRule[];
}

/** A file of the module with what was read of it. */
export interface ReadFile extends ConfigurationFile {
  hcl: HclFile;
  override: boolean;
}

/** All that one folder declares. Maps keep the order of files and of blocks in them. */
export interface ModuleConfiguration {
  /** Folder within the tree; `.` is its root. */
  folder: string;
  dialect: 'terraform' | 'opentofu';
  files: ReadFile[];
  /** Files that could not be read at all: in a wrong encoding, a link, too large. */
  unreadable: string[];
  settings: TerraformSettings;
  /** By `aws` or `aws.west`. */
  providers: Map<string, ProviderDeclaration>;
  variables: Map<string, VariableDeclaration>;
  locals: Map<string, LocalDeclaration>;
  outputs: Map<string, OutputDeclaration>;
  calls: Map<string, ModuleCall>;
  /** By address within the module. */
  resources: Map<string, ResourceDeclaration>;
  moved: MovedDeclaration[];
  removed: RemovedDeclaration[];
  imports: ImportDeclaration[];
  checks: CheckDeclaration[];
  /** Top-level blocks of all files. */
  blocks: number;
  /** Those that declare a resource, data source or ephemeral resource, whether they could be decoded or not. */
  resourceBlocks: number;
  problems: SourceProblem[];
}
