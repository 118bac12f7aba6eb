/**
 * The infrastructure model of evaluated code.
 *
 * References come from where values come from: each attribute of a resource that flowed into an argument,
 * through locals, modules and functions, is one reference to that attribute. Order is by name and address
 * everywhere, so that neither files nor blocks being moved around changes the model.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { Problems } from '../terraform/configuration/problems.ts';
import type { EvaluationOptions } from '../terraform/module/evaluation.ts';
import type { ModuleEvaluation } from '../terraform/module/module-evaluation.ts';
import type { ModuleTree } from '../terraform/module/module-node.ts';
import { evaluateModuleTree } from '../terraform/module/tree-evaluation.ts';
import { compareText } from '../terraform/value/type.ts';
import { CoverageCount } from './configuration-coverage.ts';
import { moduleInstance, rootOutputs } from './configuration-modules.ts';
import { moduleProviders } from './configuration-providers.ts';
import { moduleRefactoring } from './configuration-refactoring.ts';
import { moduleResources } from './configuration-resources.ts';
import { referenceCircles } from './reference-circles.ts';
import type { InfrastructureModel, ModelRefactoring, ModuleInstance, ProviderInstance, ResourceInstance } from './model.ts';

export interface ConfigurationModelOptions extends Omit<EvaluationOptions, 'files'> {
  /** As given by the user; shown, not read. */
  path: string;
}

/**
 * Evaluates a loaded module tree and answers it as a model. `source` is the tree that it was loaded from,
 * for files that functions read. Never throws for what configuration can do; see `problems` and `coverage`.
 */
export async function modelFromConfiguration(source: SourceTree, tree: ModuleTree, options: ConfigurationModelOptions): Promise<InfrastructureModel> {
  const { path, ...evaluation } = options;
  const root = await evaluateModuleTree(source, tree, evaluation);
  const coverage = new CoverageCount(tree);
  const modules: ModuleInstance[] = [];
  const resources: ResourceInstance[] = [];
  const providers: ProviderInstance[] = [];
  const moved: ModelRefactoring['moved'][number][] = [];
  const removed: ModelRefactoring['removed'][number][] = [];
  const imports: ModelRefactoring['imports'][number][] = [];
  for (const module of instancesBelow(root)) {
    modules.push(moduleInstance(module));
    resources.push(...moduleResources(module, coverage));
    providers.push(...moduleProviders(module));
    const refactoring = moduleRefactoring(module);
    moved.push(...refactoring.moved);
    removed.push(...refactoring.removed);
    imports.push(...refactoring.imports);
    if (module.node.configuration === undefined) coverage.opaque(module.address, module.node.opaque ?? '');
  }
  resources.sort((a, b) => compareText(a.address, b.address));
  return {
    source: { kind: 'configuration', path, workspace: root.evaluation.workspace },
    modules,
    resources,
    providers: providers.sort((a, b) => compareText(a.module, b.module) || compareText(a.localName, b.localName) || compareText(a.alias ?? '', b.alias ?? '') || compareText(a.key ?? '', b.key ?? '')),
    outputs: rootOutputs(root),
    refactoring: { moved, removed, imports },
    problems: allProblems(tree, root, resources),
    coverage: coverage.result(resources.length),
  };
}

/** A module instance and all below it, parents first, by name and key. */
function instancesBelow(root: ModuleEvaluation): ModuleEvaluation[] {
  const found: ModuleEvaluation[] = [];
  const visit = (module: ModuleEvaluation): void => {
    found.push(module);
    const names = [...(module.node.configuration?.calls.keys() ?? [])].sort(compareText);
    for (const name of names) for (const instance of module.call(name)?.instances ?? []) visit(instance);
  };
  visit(root);
  return found;
}

function allProblems(tree: ModuleTree, root: ModuleEvaluation, resources: readonly ResourceInstance[]): SourceProblem[] {
  const all = new Problems();
  const found = [...tree.problems, ...[...tree.configurations.values()].flatMap((configuration) => configuration.problems), ...root.evaluation.problems.list, ...referenceCircles(resources)];
  for (const problem of found) all.add(problem);
  return all.sorted();
}
