/** The tree of module calls: which code each call runs, or why that code is not there. */
import type { SourceProblem } from '../../../domain/source-problem.ts';
import type { Value } from '../value/value.ts';
import type { ModuleCall, ModuleConfiguration } from '../configuration/declarations.ts';

export interface ModuleNode {
  /** Names of the calls that lead here; empty for the root. */
  path: readonly string[];
  parent?: ModuleNode;
  /** The block that calls it; none for the root. */
  call?: ModuleCall;
  /** As given: `./modules/vpc`, `terraform-aws-modules/vpc/aws`. */
  source?: string;
  /** The version that is on disk, or else the constraint as written. */
  version?: string;
  configuration?: ModuleConfiguration;
  /** Why there is no configuration, and what to run. */
  opaque?: string;
  children: Map<string, ModuleNode>;
}

export interface ModuleTree {
  root: ModuleNode & { configuration: ModuleConfiguration };
  /** Each folder is read once, however often it is called. */
  configurations: ReadonlyMap<string, ModuleConfiguration>;
  /** Values that the user gave to the root module's variables. */
  given: ReadonlyMap<string, Value>;
  /** Paths of all files of the source tree. */
  paths: ReadonlySet<string>;
  /** Problems of finding modules; those of reading them are in their configurations. */
  problems: SourceProblem[];
}
