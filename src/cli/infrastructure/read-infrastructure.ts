/**
 * Reads what a command was given (a folder of code, a plan, a state) into the one infrastructure model.
 *
 * A state given beside code fills in what only applying tells: ids, and what data sources answered. What
 * is sensitive in it is left out there, so that it can never show in a value made from it.
 */
import { PlatformError } from '../../domain/error.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import { modelFromConfiguration } from '../../engines/infrastructure/from-configuration.ts';
import type { ConfigurationModelOptions } from '../../engines/infrastructure/from-configuration.ts';
import { modelFromPlan } from '../../engines/infrastructure/from-plan.ts';
import { modelFromState } from '../../engines/infrastructure/from-state.ts';
import { isPlainObject } from '../../engines/infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { SensitiveAttribute } from '../../engines/infrastructure/model.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { loadModuleTree } from '../../engines/terraform/module/load-module-tree.ts';
import type { LoadOptions } from '../../engines/terraform/module/load-module-tree.ts';
import type { ModuleTree } from '../../engines/terraform/module/module-node.ts';
import type { VariableSources } from '../../engines/terraform/module/variable-input.ts';
import { readJsonDocument } from '../../formats/terraform/json-document.ts';
import { planOf } from '../../formats/terraform/plan.ts';
import { documentKind, readState, stateOf } from '../../formats/terraform/state.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { InfrastructureInput } from '../local-platform.ts';

export interface ReadOptions {
  path: string;
  catalogue: ProviderCatalogue;
  variables?: VariableSources;
  workspace?: string;
  currentFolder?: string;
  /** Text and name of a state to fill in what the code does not know. */
  state?: { text: string; file: string };
  /** The same, of a state that has been read. */
  recorded?: Pick<InfrastructureModel, 'resources'>;
}

export interface ReadInfrastructure {
  name: string;
  model: InfrastructureModel;
  /** For code only, with how it was read: to read it again with changes. */
  tree?: ModuleTree;
  reading?: { load: LoadOptions; evaluation: ConfigurationModelOptions };
  /**
   * Part of the input could not be read. A module that refuses its own defaults (a precondition, a null
   * where a value must be) is whole all the same: that is a problem, and said.
   */
  incomplete: boolean;
}

/** Throws ROADBED-80nn for what cannot be read at all; everything else is in the model's problems. */
export async function readInfrastructure(input: InfrastructureInput, options: ReadOptions): Promise<ReadInfrastructure> {
  const sensitiveAttributes = (type: string): readonly string[] => options.catalogue.type(type).sensitive;
  if (input.kind === 'folder') {
    const load: LoadOptions = options.variables === undefined ? {} : { variables: options.variables };
    const tree = await loadModuleTree(input.tree, input.folder, load);
    const recorded = options.state === undefined ? options.recorded : modelFromState(readState(options.state.text, options.state.file), { path: options.state.file, sensitiveAttributes });
    const known = recorded === undefined ? undefined : knownAttributes(recorded);
    const evaluation: ConfigurationModelOptions = {
      path: options.path,
      ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
      ...(options.currentFolder === undefined ? {} : { currentFolder: options.currentFolder }),
      ...(known === undefined ? {} : { known }),
    };
    const model = await modelFromConfiguration(input.tree, tree, evaluation);
    return { name: input.name, model, tree, reading: { load, evaluation }, incomplete: model.problems.some((problem) => problem.ofValue !== true) || model.coverage.unreadableFiles > 0 };
  }
  const document = readJsonDocument(input.text, input.file);
  if ('problem' in document) throw unreadable(input.file, document.problem);
  const kind = documentKind(document.value);
  const model = kind === 'plan' ? modelFromPlan(planOf(document.value, input.file), { path: options.path, sensitiveAttributes }) : modelFromState(stateOf(document.value, input.file), { path: options.path, sensitiveAttributes });
  return { name: input.name, model, incomplete: model.problems.length > 0 };
}

function unreadable(file: string, problem: SourceProblem): PlatformError {
  return new PlatformError({ code: 'ROADBED-8050', class: 'invalid', message: `${file} cannot be read`, why: describeProblem(problem), next: problem.hint ?? 'fetch the file again' });
}

function knownAttributes(state: Pick<InfrastructureModel, 'resources'>): (address: string) => Readonly<Record<string, unknown>> | undefined {
  const byAddress = new Map(state.resources.map((resource) => [resource.address, resource.attributes]));
  return (address) => {
    const attributes = byAddress.get(address);
    return attributes === undefined ? undefined : withoutSensitive(attributes);
  };
}

function withoutSensitive(attributes: { readonly [name: string]: AttributeValue }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).flatMap(([name, value]) => (holdsSensitive(value) ? [] : [[name, value]])));
}

function holdsSensitive(value: AttributeValue): boolean {
  if (value instanceof SensitiveAttribute) return true;
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).some(holdsSensitive);
  return isPlainObject(value) && Object.values(value).some(holdsSensitive);
}
