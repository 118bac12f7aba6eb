/**
 * Evaluates a module tree completely, so that every problem in it is found.
 *
 * Functions read files at once, a source tree only later: what they asked for in vain is read and the
 * tree evaluated again, until nothing new is asked for. Most trees need one pass.
 */
import type { SourceTree } from '../../../domain/source-tree.ts';
import { compareText } from '../value/type.ts';
import { Evaluation } from './evaluation.ts';
import type { EvaluationOptions } from './evaluation.ts';
import type { ModuleFiles } from '../functions/definition.ts';
import { folderOf } from './folder-path.ts';
import { localsInOrder } from './locals-order.ts';
import { ModuleEvaluation } from './module-evaluation.ts';
import type { ModuleTree } from './module-node.ts';
import { validateVariable } from './variable-value.ts';

const MOST_PASSES = 6;
const MOST_READ_FILES = 5000;

/** Files for functions: those read so far, and the paths that were asked for in vain. */
class FilesRead implements ModuleFiles {
  readonly folder: string;
  readonly missing = new Set<string>();
  readonly #read = new Map<string, Uint8Array>();
  readonly #paths: ReadonlySet<string>;

  constructor(paths: ReadonlySet<string>, folder: string) {
    this.#paths = paths;
    this.folder = folder;
  }

  read(path: string): Uint8Array | undefined {
    const bytes = this.#read.get(path);
    if (bytes === undefined && this.#paths.has(path)) this.missing.add(path);
    return bytes;
  }

  list(): Iterable<string> {
    return this.#paths;
  }

  /** Reads what is missing, with the other files beside it, which are asked for next; answers whether anything came. */
  async readMissing(source: SourceTree): Promise<boolean> {
    const folders = new Set([...this.missing].map(folderOf));
    const beside = [...this.#paths].filter((path) => !this.missing.has(path) && !this.#read.has(path) && folders.has(folderOf(path)));
    const wanted = [...this.missing, ...beside].slice(0, MOST_READ_FILES - this.#read.size);
    this.missing.clear();
    const found = await Promise.all(wanted.map(async (path) => [path, await source.read(path)] as const));
    for (const [path, bytes] of found) if (bytes !== undefined) this.#read.set(path, bytes);
    return found.some(([, bytes]) => bytes !== undefined);
  }
}

/** The root's evaluation with everything in it evaluated. Deterministic, whatever the order of files and blocks. */
export async function evaluateModuleTree(source: SourceTree, tree: ModuleTree, options: Omit<EvaluationOptions, 'files'> = {}): Promise<ModuleEvaluation> {
  const { folder } = tree.root.configuration;
  const files = new FilesRead(tree.paths, folder);
  for (let pass = 1; ; pass += 1) {
    const evaluation = new Evaluation({ ...options, files });
    const root = new ModuleEvaluation(evaluation, tree.root, undefined, tree.given, folder);
    settle(root);
    if (files.missing.size === 0 || pass === MOST_PASSES || !(await files.readMissing(source))) return root;
  }
}

/** Works out everything that a module declares, by name, and then the modules below it. */
function settle(module: ModuleEvaluation): void {
  const { configuration } = module.node;
  if (configuration === undefined) {
    settleInputs(module);
    return;
  }
  for (const name of sorted(configuration.variables)) module.variable(name);
  for (const name of localsInOrder(configuration)) module.local(name);
  for (const address of sorted(configuration.resources)) settleResource(module, address);
  for (const name of sorted(configuration.outputs)) {
    module.output(name);
    for (const rule of configuration.outputs.get(name)?.preconditions ?? []) module.check(rule, {}, `output.${name}`);
  }
  for (const name of sorted(configuration.variables)) {
    const declaration = configuration.variables.get(name);
    if (declaration !== undefined) validateVariable(module, declaration);
  }
  for (const check of configuration.checks) for (const rule of check.asserts) module.check(rule, {}, `check.${check.name}`);
  for (const name of sorted(configuration.calls)) {
    settleUnknownInputs(module, name);
    for (const instance of module.call(name)?.instances ?? []) settle(instance);
  }
}

function settleResource(module: ModuleEvaluation, address: string): void {
  const resource = module.resource(address);
  for (const instance of resource?.instances ?? []) {
    instance.body();
    for (const rule of resource?.declaration.lifecycle.preconditions ?? []) module.check(rule, instance.surroundings, address);
    for (const rule of resource?.declaration.lifecycle.postconditions ?? []) module.check(rule, { ...instance.surroundings, self: instance.value }, address);
  }
}

/** Inputs of a module whose code is not there. */
function settleInputs(module: ModuleEvaluation): void {
  for (const name of module.node.call?.inputs.keys() ?? []) module.input(name);
}

/** Arguments that the called module does not declare. */
function settleUnknownInputs(module: ModuleEvaluation, name: string): void {
  const node = module.node.children.get(name);
  const declared = node?.configuration?.variables;
  if (node === undefined || declared === undefined) return;
  for (const [input, written] of node.call?.inputs ?? []) {
    if (!declared.has(input)) module.evaluation.problems.at(written.file, written.name ?? written.expression, module.addressOf(`module.${name}`), `the module has no variable "${input}"`, `its variables are declared in ${node.configuration?.folder ?? ''}`);
  }
}

function sorted(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort(compareText);
}

