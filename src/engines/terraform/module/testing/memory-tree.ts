/** Source trees of texts, and models of them, for tests. */
import type { SourceTree } from '../../../../domain/source-tree.ts';
import { modelFromConfiguration } from '../../../infrastructure/from-configuration.ts';
import type { ConfigurationModelOptions } from '../../../infrastructure/from-configuration.ts';
import type { InfrastructureModel, ResourceInstance } from '../../../infrastructure/model.ts';
import { loadModuleTree } from '../load-module-tree.ts';
import type { LoadOptions } from '../load-module-tree.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function memoryTree(files: Files): SourceTree {
  return {
    list: async () => Object.keys(files),
    read: async (path) => {
      const content = files[path];
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
  };
}

export interface ModelOptions extends LoadOptions, Partial<ConfigurationModelOptions> {
  root?: string;
}

/** Loads and evaluates; a text alone is `main.tf`. */
export async function modelOf(files: Files | string, options: ModelOptions = {}): Promise<InfrastructureModel> {
  const { root = '.', dialect, variables, ...evaluation } = options;
  const source = memoryTree(typeof files === 'string' ? { 'main.tf': files } : files);
  const tree = await loadModuleTree(source, root, { ...(dialect === undefined ? {} : { dialect }), ...(variables === undefined ? {} : { variables }) });
  return await modelFromConfiguration(source, tree, { path: root, ...evaluation });
}

export function resource(model: InfrastructureModel, address: string): ResourceInstance {
  const found = model.resources.find((one) => one.address === address);
  if (found === undefined) throw new Error(`${address} is not among ${model.resources.map((one) => one.address).join(', ')}`);
  return found;
}

/** `attribute -> target.attribute` of every reference of a resource. */
export function edges(model: InfrastructureModel, address: string): string[] {
  return resource(model, address).references.map(({ attribute, target, targetAttribute }) => `${attribute} -> ${target}${targetAttribute === '' ? '' : `.${targetAttribute}`}`);
}

/** Problems as `file:line:column message`. */
export function told(model: InfrastructureModel): string[] {
  return model.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

export function output(model: InfrastructureModel, name: string): unknown {
  return model.outputs.find((one) => one.name === name)?.value;
}
