/** Documentation of a root and of every module below it, each folder once, with all the calls to it. */
import type { InfrastructureModel, ModuleInstance } from '../infrastructure/model.ts';
import type { ModuleNode, ModuleTree } from '../terraform/module/module-node.ts';
import { attributeText } from './attribute-text.ts';
import { describeModule } from './describe-module.ts';
import type { CallDocument, ModuleDocument } from './document.ts';

/**
 * The root first, then the other folders by name. `model` gives the values that arguments come to;
 * `title` is the root's, other modules are called by their folder.
 */
export function describeTree(tree: ModuleTree, model: InfrastructureModel, title: string): ModuleDocument[] {
  const nodes = new Map<string, ModuleNode>();
  const visit = (node: ModuleNode): void => {
    const folder = node.configuration?.folder;
    if (folder === undefined) return;
    if (!nodes.has(folder)) nodes.set(folder, node);
    for (const child of node.children.values()) visit(child);
  };
  visit(tree.root);
  const calls = callsByFolder(model.modules);
  const documents = [...nodes.entries()].flatMap(([folder, node]): ModuleDocument[] => {
    const configuration = node.configuration;
    if (configuration === undefined) return [];
    const children = new Map([...node.children].map(([name, child]) => [name, childState(child)]));
    const own = node === tree.root ? title : (folder.split('/').at(-1) ?? folder);
    return [{ ...describeModule(configuration, { title: own, children }), calls: calls.get(folder) ?? [] }];
  });
  const [root, ...rest] = documents;
  return root === undefined ? [] : [root, ...rest.sort((a, b) => (a.folder < b.folder ? -1 : 1))];
}

function childState(child: ModuleNode): { folder?: string; opaque?: string; version?: string } {
  return {
    ...(child.configuration === undefined ? {} : { folder: child.configuration.folder }),
    ...(child.opaque === undefined ? {} : { opaque: child.opaque }),
    ...(child.version === undefined ? {} : { version: child.version }),
  };
}

function callsByFolder(modules: readonly ModuleInstance[]): Map<string, CallDocument[]> {
  const calls = new Map<string, CallDocument[]>();
  for (const module of modules) {
    if (module.address === '' || module.folder === undefined) continue;
    const call: CallDocument = {
      address: module.address,
      ...(module.location === undefined ? {} : { location: module.location }),
      arguments: Object.keys(module.inputs).sort().map((name) => ({ name, value: attributeText(module.inputs[name] ?? null) })),
    };
    const present = calls.get(module.folder);
    if (present === undefined) calls.set(module.folder, [call]);
    else present.push(call);
  }
  return calls;
}
