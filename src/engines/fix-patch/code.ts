/** The code that a patch is made for: its modules, what they evaluate to, and how to read it again with changed files. */
import type { SourceTree } from '../../domain/source-tree.ts';
import type { HclFile } from '../../formats/hcl/hcl-file.ts';
import type { Edit } from '../../formats/hcl/edit.ts';
import { parseHclJson } from '../../formats/hcl/parse-json.ts';
import { parseHcl } from '../../formats/hcl/parse.ts';
import { modelFromConfiguration } from '../infrastructure/from-configuration.ts';
import type { ConfigurationModelOptions } from '../infrastructure/from-configuration.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import { loadModuleTree } from '../terraform/module/load-module-tree.ts';
import type { LoadOptions } from '../terraform/module/load-module-tree.ts';
import type { ModuleNode, ModuleTree } from '../terraform/module/module-node.ts';
import { automaticFiles } from '../terraform/module/variable-input.ts';

export interface FixCode {
  tree: ModuleTree;
  model: InfrastructureModel;
  /** Variables files of the root module, in the order in which Terraform reads them: the last one wins. */
  variables: readonly HclFile[];
}

/** One change of the text of one file. */
export interface FileEdit {
  file: HclFile;
  edit: Edit;
}

export interface FixPlan {
  /** One after the other to be tried; each is a whole change. */
  alternatives: readonly (readonly FileEdit[])[];
  /** Only the resource's own block is changed. */
  direct: boolean;
  /** Where the value is written, when that is elsewhere: `the default of var.size`. */
  through: readonly string[];
  /** Resources (without keys) that are gone afterwards. */
  removes: readonly string[];
  /** And those that are there then. */
  adds?: readonly string[];
}

export type Planned = FixPlan | { reason: string };

/** Reads the code with some files as texts of the caller; without any, as it stands. */
export type ReadCode = (changed: ReadonlyMap<string, string>) => Promise<FixCode>;

export interface CodePlace {
  source: SourceTree;
  /** Of the root module, within the tree. */
  folder: string;
  load: LoadOptions;
  evaluation: ConfigurationModelOptions;
}

export function codeReader({ source, folder, load, evaluation }: CodePlace): ReadCode {
  return async (changed) => {
    const tree = overlaid(source, changed);
    const modules = await loadModuleTree(tree, folder, load);
    return { tree: modules, model: await modelFromConfiguration(tree, modules, evaluation), variables: await variablesFiles(tree, folder) };
  };
}

function overlaid(source: SourceTree, changed: ReadonlyMap<string, string>): SourceTree {
  return {
    list: () => source.list(),
    read: async (path) => {
      const text = changed.get(path);
      return text === undefined ? await source.read(path) : new TextEncoder().encode(text);
    },
  };
}

async function variablesFiles(tree: SourceTree, folder: string): Promise<HclFile[]> {
  const prefix = folder === '.' ? '' : `${folder}/`;
  const names = (await tree.list()).flatMap((path) => (path.startsWith(prefix) && !path.slice(prefix.length).includes('/') ? [path.slice(prefix.length)] : []));
  const files = await Promise.all(automaticFiles(names).map(async (name) => [`${prefix}${name}`, await tree.read(`${prefix}${name}`)] as const));
  return files.flatMap(([path, bytes]) => (bytes === undefined ? [] : [path.endsWith('.json') ? parseHclJson(textOf(bytes), path) : parseHcl(textOf(bytes), path)]));
}

/** With its byte order mark, so that offsets are those of the file. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** The call path and the keys of a module's address: `module.a["x"].module.b` is `a` with key `x`, then `b`. */
export function nodeAt(tree: ModuleTree, calls: readonly string[]): ModuleNode | undefined {
  let node: ModuleNode | undefined = tree.root;
  for (const call of calls) node = node?.children.get(call);
  return node;
}

/** Code that was fetched, and that the next fetch writes again: not to be changed. */
export function isFetched(path: string): boolean {
  return path.split('/').includes('.terraform');
}
