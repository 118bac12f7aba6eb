/**
 * Reads a root module and all modules that it calls, as far as their code is in the source tree.
 *
 * A folder is read once, however many calls lead to it. Everything bounds itself: a module that calls itself
 * is cut at the first repetition, and so are trees deeper or larger than anybody builds by hand. Sources are
 * literal texts; where OpenTofu's early evaluation is used, variables and locals are evaluated for them.
 */
import { PlatformError } from '../../../domain/error.ts';
import type { SourceTree } from '../../../domain/source-tree.ts';
import type { ModuleCall, ModuleConfiguration, Written } from '../configuration/declarations.ts';
import { configurationFiles } from '../configuration/folder-files.ts';
import type { Dialect } from '../configuration/folder-files.ts';
import { Problems } from '../configuration/problems.ts';
import { readModule } from '../configuration/read-module.ts';
import { literalText, sourceText } from '../configuration/syntax.ts';
import type { Value } from '../value/value.ts';
import { Evaluation } from './evaluation.ts';
import { folderOf, resolvePath } from './folder-path.ts';
import { ModuleEvaluation } from './module-evaluation.ts';
import type { ModuleNode, ModuleTree } from './module-node.ts';
import { installedModules, locateModule } from './module-source.ts';
import type { InstalledModule } from './module-source.ts';
import { automaticFiles, variableInput } from './variable-input.ts';
import type { VariableSources, VariablesFile } from './variable-input.ts';

const MOST_DEEP = 40;
const MOST_CALLS = 5000;
const MOST_CONFIGURATION_BYTES = 64 * 1024 * 1024;
/** Larger variables files are data, not configuration. */
const MOST_VARIABLES_BYTES = 4 * 1024 * 1024;

export interface LoadOptions {
  /** `auto`: OpenTofu where there are `.tofu` files. */
  dialect?: Dialect | 'auto';
  variables?: VariableSources;
}

/**
 * Loads the module in `rootFolder` (`.` is the tree's own) with the modules it calls.
 * Throws ROADBED-8001 when the folder has no configuration, ROADBED-8002 when it is outside of the tree,
 * ROADBED-8003 when the configuration is larger than is read. Everything else is in the problems.
 */
export async function loadModuleTree(tree: SourceTree, rootFolder: string, options: LoadOptions = {}): Promise<ModuleTree> {
  const folder = resolvePath('.', rootFolder);
  if (folder === undefined) throw new PlatformError({ code: 'ROADBED-8002', class: 'usage', message: `the folder ${rootFolder} is outside of the files that are read`, next: 'give a folder inside of the repository' });
  return await new TreeLoader(tree, await tree.list(), options).load(folder);
}

class TreeLoader {
  readonly #tree: SourceTree;
  readonly #paths: ReadonlySet<string>;
  readonly #folders = new Map<string, string[]>();
  readonly #options: LoadOptions;
  readonly #configurations = new Map<string, ModuleConfiguration>();
  readonly #problems = new Problems();
  readonly #evaluations = new Map<ModuleNode, ModuleEvaluation>();
  #installed: ReadonlyMap<string, InstalledModule> = new Map();
  #given: ReadonlyMap<string, Value> = new Map();
  #calls = 0;
  #bytes = 0;

  constructor(tree: SourceTree, paths: readonly string[], options: LoadOptions) {
    this.#tree = tree;
    this.#paths = new Set(paths);
    this.#options = options;
    for (const path of paths) {
      const folder = folderOf(path);
      const files = this.#folders.get(folder);
      if (files === undefined) this.#folders.set(folder, [path]);
      else files.push(path);
    }
  }

  async load(folder: string): Promise<ModuleTree> {
    if (!this.#hasModule(folder)) throw noConfiguration(folder, [...this.#folders.keys()].filter((other) => this.#hasModule(other)));
    const configuration = await this.#configuration(folder);
    const variables = new Problems();
    this.#given = variableInput(configuration, await this.#variablesFiles(folder), this.#options.variables ?? {}, variables);
    await this.#readInstalled(folder);
    const root = { path: [], configuration, children: new Map<string, ModuleNode>() };
    await this.#loadCalls(root, configuration, [folder]);
    return { root, configurations: this.#configurations, given: this.#given, paths: this.#paths, problems: [...this.#problems.list, ...variables.list] };
  }

  #hasModule(folder: string): boolean {
    return configurationFiles(this.#folders.get(folder) ?? [], this.#options.dialect ?? 'auto').paths.length > 0;
  }

  async #configuration(folder: string): Promise<ModuleConfiguration> {
    const known = this.#configurations.get(folder);
    if (known !== undefined) return known;
    const files = configurationFiles(this.#folders.get(folder) ?? [], this.#options.dialect ?? 'auto');
    const contents = await Promise.all(files.paths.map(async (path) => [path, (await this.#tree.read(path)) ?? this.#unread(path)] as const));
    for (const [, bytes] of contents) this.#bytes += bytes.length;
    if (this.#bytes > MOST_CONFIGURATION_BYTES) throw new PlatformError({ code: 'ROADBED-8003', class: 'refused', message: `the configuration has more than ${MOST_CONFIGURATION_BYTES / 1024 / 1024} MB`, why: `it was reached in ${folder}`, next: 'read its roots one by one' });
    const configuration = readModule(folder, files, new Map(contents));
    this.#configurations.set(folder, configuration);
    return configuration;
  }

  #unread(path: string): string {
    return this.#tree.refusal?.(path) ?? 'the file could not be read: it is a link that is not followed, or too large';
  }

  async #variablesFiles(folder: string): Promise<VariablesFile[]> {
    const names = (this.#folders.get(folder) ?? []).map((path) => path.slice(path.lastIndexOf('/') + 1));
    return await Promise.all(
      automaticFiles(names).map(async (name) => {
        const path = folder === '.' ? name : `${folder}/${name}`;
        const bytes = await this.#tree.read(path);
        if (bytes !== undefined && bytes.length > MOST_VARIABLES_BYTES) return { path, bytes: `the file has ${Math.ceil(bytes.length / 1024 / 1024)} MB; a variables file may have ${MOST_VARIABLES_BYTES / 1024 / 1024} MB` };
        return { path, bytes: bytes ?? this.#unread(path) };
      }),
    );
  }

  async #readInstalled(folder: string): Promise<void> {
    const path = `${folder === '.' ? '' : `${folder}/`}.terraform/modules/modules.json`;
    if (!this.#paths.has(path)) return;
    const bytes = await this.#tree.read(path);
    const installed = bytes === undefined ? undefined : installedModules(new TextDecoder().decode(bytes), folder);
    if (installed === undefined) this.#problems.add({ file: path, line: 1, column: 1, path: '', message: 'this list of installed modules could not be read', hint: 'write it again: terraform init' });
    else this.#installed = installed;
  }

  async #loadCalls(node: ModuleNode, configuration: ModuleConfiguration, above: readonly string[]): Promise<void> {
    for (const call of configuration.calls.values()) {
      const child: ModuleNode = { path: [...node.path, call.name], parent: node, call, children: new Map() };
      node.children.set(call.name, child);
      await this.#loadCall(child, call, node, configuration, above);
    }
  }

  async #loadCall(child: ModuleNode, call: ModuleCall, parent: ModuleNode, configuration: ModuleConfiguration, above: readonly string[]): Promise<void> {
    const source = call.source === undefined ? undefined : this.#text(call.source, parent);
    const version = call.version === undefined ? undefined : this.#text(call.version, parent);
    if (version !== undefined) child.version = version;
    if (source === undefined) {
      child.opaque = call.source === undefined ? 'the call has no source' : `its source ${sourceText(call.source.file, call.source.expression)} is not known before the module is evaluated`;
      return;
    }
    child.source = source;
    const located = locateModule(source, configuration.folder, child.path.join('.'), this.#installed, (folder) => this.#hasModule(folder));
    if ('opaque' in located) {
      child.opaque = located.opaque;
      if (located.problem !== undefined) this.#tell(call, located.problem, located.hint);
      return;
    }
    if (located.version !== undefined) child.version = located.version;
    const cut = this.#cut(located.folder, above);
    if (cut !== undefined) {
      child.opaque = cut;
      this.#tell(call, cut);
      return;
    }
    this.#calls += 1;
    child.configuration = await this.#configuration(located.folder);
    await this.#loadCalls(child, child.configuration, [...above, located.folder]);
  }

  /** Why a module is not entered, although its code is there. */
  #cut(folder: string, above: readonly string[]): string | undefined {
    const first = above.indexOf(folder);
    if (first >= 0) return `the module calls itself: ${[...above.slice(first), folder].join(' -> ')}`;
    if (above.length >= MOST_DEEP) return `modules are nested deeper than ${MOST_DEEP} levels`;
    return this.#calls >= MOST_CALLS ? `more than ${MOST_CALLS} modules are called` : undefined;
  }

  #tell(call: ModuleCall, message: string, hint?: string): void {
    const at = call.source;
    if (at !== undefined) this.#problems.at(at.file, at.expression, `module.${call.name}`, message, hint);
  }

  /** A source or version: written out, or evaluated early from variables and locals. */
  #text(written: Written, module: ModuleNode): string | undefined {
    const literal = literalText(written.expression);
    if (literal !== undefined) return literal.trim();
    const value = this.#early(module).evaluate(written, {}, 'source');
    return value.kind === 'string' && value.marks?.sensitive !== true ? value.value : undefined;
  }

  /** Evaluates what has been read so far; its problems are told with all others, when the whole tree is evaluated. */
  #early(node: ModuleNode): ModuleEvaluation {
    const known = this.#evaluations.get(node);
    if (known !== undefined) return known;
    const caller = node.parent === undefined ? undefined : this.#early(node.parent);
    const made = new ModuleEvaluation(caller?.evaluation ?? new Evaluation({}), node, caller === undefined ? undefined : { module: caller, instance: {} }, this.#given, '.');
    this.#evaluations.set(node, made);
    return made;
  }
}

function noConfiguration(folder: string, others: readonly string[]): PlatformError {
  const near = others.filter((other) => !other.includes('.terraform')).sort().slice(0, 3);
  return new PlatformError({
    code: 'ROADBED-8001',
    class: 'not-found',
    message: `there is no Terraform or OpenTofu configuration in ${folder === '.' ? 'the folder' : folder}`,
    why: 'it has no file that ends in .tf, .tf.json, .tofu or .tofu.json',
    ...(near.length === 0 ? {} : { next: `there are some in ${near.join(', ')}` }),
  });
}
