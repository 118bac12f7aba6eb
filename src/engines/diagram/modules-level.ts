/** The level of modules: which calls there are, and which takes values from which. */
import type { InfrastructureModel, ModuleInstance } from '../infrastructure/model.ts';
import { oneLine } from './attribute-values.ts';
import { addTo, byAddress } from './order.ts';
import type { ResourceIndex } from './resource-index.ts';
import { withoutKeys } from './resource-index.ts';
import type { SceneEdge } from './scene.ts';
import type { View, ViewNode } from './view.ts';

function nodeOf(id: string, instances: readonly ModuleInstance[], title: string, resources: number): ViewNode {
  const [first] = instances;
  const source = first?.source === undefined ? (first?.folder ?? '') : `${first.source}${first.version === undefined ? '' : ` ${first.version}`}`;
  const sublabel = oneLine([id === '' ? 'Root module' : source, `${resources} ${resources === 1 ? 'resource' : 'resources'}`].filter((text) => text !== '').join(' · '), 80);
  return {
    id: id === '' ? 'root' : id, label: id === '' ? title : (id.split('.').at(-1) ?? id), sublabel, glyph: 'module', provider: 'terraform', entries: [], tier: id === '' ? 0 : Math.min(5, id.split('.module.').length + 1),
    stacked: instances.length > 1, minor: false, generic: false, existing: first?.opaque !== undefined, count: Math.max(1, instances.length), module: '', opens: 'module',
    badges: first?.opaque === undefined ? [] : [{ text: 'not there', title: oneLine(first.opaque, 160) }],
  };
}

export function modulesLevel(model: InfrastructureModel, index: ResourceIndex, title: string): View {
  const calls = new Map<string, ModuleInstance[]>();
  for (const module of model.modules) addTo(calls, withoutKeys(module.address), module);
  if (!calls.has('')) calls.set('', []);
  const resources = new Map<string, number>();
  for (const resource of model.resources) resources.set(withoutKeys(resource.module), (resources.get(withoutKeys(resource.module)) ?? 0) + 1);
  for (const module of resources.keys()) if (!calls.has(module)) calls.set(module, []);
  const idOf = (module: string): string => (module === '' ? 'root' : module);
  const nodes = new Map([...calls].map(([id, instances]) => [idOf(id), nodeOf(id, instances, title, resources.get(id) ?? 0)] as const));
  const edges = new Map<string, SceneEdge>();
  const join = (from: string, to: string, kind: SceneEdge['kind'], label: string): void => {
    if (from !== to && nodes.has(idOf(from)) && nodes.has(idOf(to))) edges.set(`${from}\n${to}`, { from: idOf(from), to: idOf(to), kind, labels: [label], entries: [] });
  };
  for (const id of calls.keys()) if (id !== '') join(id.includes('.module.') ? id.slice(0, id.lastIndexOf('.module.')) : '', id, 'attachment', 'calls');
  const moduleAt = (target: string): string => {
    const [entry] = index.at(target);
    if (entry !== undefined) return withoutKeys(entry.type.type === 'module' ? entry.address : entry.resource.module);
    const path = /^(?:module\.[^.]+\.?)+/.exec(withoutKeys(target))?.[0] ?? '';
    return path.replace(/\.$/, '');
  };
  const uses = [...model.resources.map((resource) => ({ module: resource.module, references: resource.references })), ...model.modules.map((module) => ({ module: module.address, references: module.references }))];
  for (const { module, references } of uses) {
    for (const reference of references) {
      const from = withoutKeys(module);
      const to = moduleAt(reference.target);
      if (from !== '' && to !== '' && !from.startsWith(`${to}.`) && !to.startsWith(`${from}.`)) join(from, to, 'dependency', 'uses');
    }
  }
  return { level: 'modules', view: 'module', groups: new Map(), nodes, edges: [...edges.values()].sort((left, right) => byAddress(left.from, right.from) || byAddress(left.to, right.to)), left: [] };
}
