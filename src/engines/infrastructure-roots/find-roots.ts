/**
 * The root modules of a repository: those that its `roadbed.yaml` declares, else those that can be told by their code.
 *
 * A folder with a `backend` or `cloud` block is a root, for only roots keep a state; so is one that configures
 * a provider and has resources or calls modules, unless another folder calls it. Where neither is found,
 * every folder with resources that nobody calls is one: a small repository without a backend is still drawn.
 * Each root says why it is one.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import type { DeclaredRoot } from '../../formats/roadbed-yaml/infrastructure.ts';
import { parseRoadbedFile, ROADBED_FILE } from '../../formats/roadbed-yaml/parse.ts';
import type { ModuleConfiguration } from '../terraform/configuration/declarations.ts';
import { configurationFiles } from '../terraform/configuration/folder-files.ts';
import { readModule } from '../terraform/configuration/read-module.ts';
import { literalText } from '../terraform/configuration/syntax.ts';
import { folderOf, resolvePath } from '../terraform/module/folder-path.ts';
import { isLocal } from '../terraform/module/module-source.ts';

export interface InfrastructureRoot {
  /** What it is called, unique in its repository: its declared name, else its path. */
  name: string;
  /** Folder within the repository; `.` is its own. */
  path: string;
  workspace?: string;
  /** Within the repository. */
  variableFiles: readonly string[];
  origin: 'declared' | 'found';
  /** Why it is a root: one sentence. */
  reason: string;
}

export interface FoundRoots {
  roots: readonly InfrastructureRoot[];
  /** Of `roadbed.yaml`. */
  problems: readonly SourceProblem[];
  /** Folders with Terraform or OpenTofu code. */
  folders: number;
}

const MOST_FOLDERS = 1000;
const MOST_ROOTS = 100;
const MOST_BYTES = 64 * 1024 * 1024;
const READ_AT_ONCE = 8;
const LEFT_OUT = /(^|\/)(\.terraform|\.terragrunt-cache|\.git|node_modules)(\/|$)/;

/** Reads the roots of a commit. Never throws for what the files say; roots of a faulty `roadbed.yaml` are found instead. */
export async function findRoots(tree: SourceTree): Promise<FoundRoots> {
  const folders = foldersWithCode(await tree.list());
  const bytes = await tree.read(ROADBED_FILE);
  const own = bytes === undefined ? undefined : parseRoadbedFile(new TextDecoder().decode(bytes), ROADBED_FILE, () => []);
  const declared = own?.file?.infrastructure;
  if (declared !== undefined) return { roots: declared.map(declaredRoot), problems: [], folders: folders.size };
  return { roots: await undeclaredRoots(tree, folders), problems: own?.problems ?? [], folders: folders.size };
}

function declaredRoot(root: DeclaredRoot): InfrastructureRoot {
  const path = resolvePath('.', root.path) ?? root.path;
  return {
    name: root.name ?? path,
    path,
    ...(root.workspace === undefined ? {} : { workspace: root.workspace }),
    variableFiles: (root.variableFiles ?? []).flatMap((file) => resolvePath(path, file) ?? []),
    origin: 'declared',
    reason: `${ROADBED_FILE} names it`,
  };
}

function foldersWithCode(paths: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    if (!/\.(tf|tofu)(\.json)?$/.test(path) || LEFT_OUT.test(path)) continue;
    const folder = folderOf(path);
    const files = folders.get(folder);
    if (files !== undefined) files.push(path);
    else if (folders.size < MOST_FOLDERS) folders.set(folder, [path]);
  }
  return folders;
}

async function undeclaredRoots(tree: SourceTree, folders: ReadonlyMap<string, string[]>): Promise<InfrastructureRoot[]> {
  const modules = await readFolders(tree, folders);
  const called = new Set(modules.flatMap(calledFolders));
  const own = modules.flatMap((module) => {
    const reason = reasonOf(module, called);
    return reason === undefined ? [] : [foundRoot(module.folder, reason)];
  });
  const roots = own.length > 0 ? own : modules.filter((module) => !called.has(module.folder) && usesAnything(module)).map((module) => foundRoot(module.folder, 'it has resources, and no other folder calls it'));
  return roots.sort((left, right) => (left.path < right.path ? -1 : 1)).slice(0, MOST_ROOTS);
}

/** Folders one after the other, files side by side: what is held at a time stays small. */
async function readFolders(tree: SourceTree, folders: ReadonlyMap<string, string[]>): Promise<ModuleConfiguration[]> {
  const modules: ModuleConfiguration[] = [];
  let bytes = 0;
  for (const [folder, paths] of folders) {
    if (bytes > MOST_BYTES) break;
    const files = configurationFiles(paths, 'auto');
    const contents = new Map<string, Uint8Array | string>();
    for (let at = 0; at < files.paths.length; at += READ_AT_ONCE) {
      await Promise.all(files.paths.slice(at, at + READ_AT_ONCE).map(async (path) => contents.set(path, (await tree.read(path)) ?? 'it could not be read')));
    }
    for (const content of contents.values()) bytes += content.length;
    modules.push(readModule(folder, files, contents));
  }
  return modules;
}

function calledFolders(module: ModuleConfiguration): string[] {
  return [...module.calls.values()].flatMap((call) => {
    const source = call.source === undefined ? undefined : literalText(call.source.expression);
    return source === undefined || !isLocal(source) ? [] : (resolvePath(module.folder, source) ?? []);
  });
}

function usesAnything(module: ModuleConfiguration): boolean {
  return module.resources.size > 0 || module.calls.size > 0;
}

function reasonOf(module: ModuleConfiguration, called: ReadonlySet<string>): string | undefined {
  const { backend, cloud } = module.settings;
  if (backend !== undefined) return `it keeps its state in a backend of the type ${backend.type.slice(0, 40)}`;
  if (cloud !== undefined) return 'it keeps its state in a cloud block';
  if (called.has(module.folder) || module.providers.size === 0 || !usesAnything(module)) return undefined;
  return `it configures ${[...module.providers.keys()].slice(0, 3).join(', ')} and has resources`;
}

function foundRoot(path: string, reason: string): InfrastructureRoot {
  return { name: path, path, variableFiles: [], origin: 'found', reason };
}
