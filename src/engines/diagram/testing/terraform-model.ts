/** A model from Terraform text, through the real loader and evaluator. */
import type { SourceTree } from '../../../domain/source-tree.ts';
import { modelFromConfiguration } from '../../infrastructure/from-configuration.ts';
import type { InfrastructureModel } from '../../infrastructure/model.ts';
import { loadModuleTree } from '../../terraform/module/load-module-tree.ts';

export async function modelOf(files: string | Readonly<Record<string, string>>): Promise<InfrastructureModel> {
  const texts = typeof files === 'string' ? { 'main.tf': files } : files;
  const source: SourceTree = {
    list: () => Promise.resolve(Object.keys(texts)),
    read: (path) => Promise.resolve(Object.hasOwn(texts, path) ? new TextEncoder().encode(texts[path]) : undefined),
  };
  return modelFromConfiguration(source, await loadModuleTree(source, '.'), { path: 'shop' });
}
