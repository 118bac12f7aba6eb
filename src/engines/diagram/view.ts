/**
 * One way of looking at a scene: which parts, and what contains them. By network is the scene as it
 * is; by module and by owner put the same parts into other boxes, where networks and clusters become
 * parts themselves. Levels leave out what is too small for them.
 */
import type { DiagramLevel, DiagramView, Glyph } from './diagram.ts';
import { nameOf } from './labels.ts';
import { byAddress, unique } from './order.ts';
import { withoutKeys } from './resource-index.ts';
import type { Scene, SceneEdge, SceneGroup, SceneNode } from './scene.ts';
import { INTERNET } from './scene.ts';

export interface ViewNode extends SceneNode {
  opens?: string;
}

export interface View {
  level: DiagramLevel;
  view: DiagramView;
  groups: Map<string, SceneGroup>;
  nodes: Map<string, ViewNode>;
  edges: SceneEdge[];
  /** Left out by the level: reason and number of parts. */
  left: { reason: string; parts: number }[];
}

/** Edges after parts were replaced: ends that are gone take their edge with them, equal ones become one. */
export function retarget(edges: readonly SceneEdge[], target: (id: string) => string | undefined): SceneEdge[] {
  const merged = new Map<string, SceneEdge>();
  for (const edge of edges) {
    const from = target(edge.from);
    const to = target(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from}\n${to}\n${edge.kind}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...edge, from, to });
    else merged.set(key, { ...known, labels: unique([...known.labels, ...edge.labels]).sort(byAddress), entries: unique([...known.entries, ...edge.entries]) });
  }
  return [...merged.values()];
}

export function networkView(scene: Scene): View {
  return { level: 'resource', view: 'network', groups: new Map(scene.groups), nodes: new Map(scene.nodes), edges: scene.edges, left: [] };
}

const AS_NODES: ReadonlySet<string> = new Set(['network', 'cluster', 'namespace', 'group', 'module']);

/** Networks, clusters and the like as parts, for views that do not have them as boxes. */
function groupNodes(scene: Scene): Map<string, ViewNode> {
  const nodes = new Map<string, ViewNode>();
  for (const group of scene.groups.values()) {
    const [first] = group.entries;
    if (first === undefined || !AS_NODES.has(group.kind)) continue;
    nodes.set(group.id, {
      id: group.id, label: group.label, sublabel: group.sublabel ?? '', glyph: group.glyph, provider: group.provider, entries: group.entries, tier: 3, stacked: false, minor: false, generic: false,
      existing: first.resource.mode !== 'managed', count: group.entries.length, badges: group.badges, module: first.resource.module,
    });
  }
  return nodes;
}

function regroup(scene: Scene, view: DiagramView, parentOf: (node: ViewNode) => readonly { id: string; label: string; sublabel: string; glyph: Glyph }[]): View {
  const groups = new Map<string, SceneGroup>();
  const nodes = new Map<string, ViewNode>();
  for (const node of [...scene.nodes.values(), ...groupNodes(scene).values()]) {
    const around = node.id === INTERNET ? [] : parentOf(node);
    around.forEach((box, depth) => {
      const parent = around[depth - 1]?.id;
      if (!groups.has(box.id)) groups.set(box.id, { ...box, kind: view === 'owner' ? 'owner' : 'module', provider: 'terraform', entries: [], badges: [], ...(parent === undefined ? {} : { parent }) });
    });
    const { parent: _, ...rest } = node;
    const inner = around.at(-1)?.id;
    nodes.set(node.id, inner === undefined ? rest : { ...rest, parent: inner });
  }
  const standIn = (id: string): string | undefined => {
    for (let at: string | undefined = id; at !== undefined; at = scene.groups.get(at)?.parent) if (nodes.has(at)) return at;
    return undefined;
  };
  return { level: 'resource', view, groups, nodes, edges: retarget(scene.edges, standIn), left: [] };
}

/** `module.a.module.b` gives the boxes `module.a` and `module.a.module.b`. */
function modulePath(module: string): string[] {
  const steps = withoutKeys(module).split('.').filter((step) => step !== 'module' && step !== '');
  return steps.map((_, depth) => steps.slice(0, depth + 1).map((step) => `module.${step}`).join('.'));
}

export function moduleView(scene: Scene): View {
  return regroup(scene, 'module', (node) => modulePath(node.module).map((path) => ({ id: path, label: path.split('.').at(-1) ?? path, sublabel: 'Module', glyph: 'module' as const })));
}

export function ownerView(scene: Scene): View {
  return regroup(scene, 'owner', (node) => (node.owner === undefined ? [{ id: 'owner:', label: 'No owner tag', sublabel: 'Owner', glyph: 'team' as const }] : [{ id: `owner:${node.owner}`, label: node.owner, sublabel: 'Owner', glyph: 'team' as const }]));
}

/** Services, databases and queues without their small parts, and no bare dependencies. */
export function containerLevel(view: View): View {
  const major = new Map([...view.nodes].filter(([, node]) => !node.minor));
  if (major.size === 0) return { ...view, level: 'container' };
  const used = new Set<string>();
  for (const node of major.values()) for (let at = node.parent; at !== undefined && !used.has(at); at = view.groups.get(at)?.parent) used.add(at);
  const groups = new Map([...view.groups].filter(([id, group]) => used.has(id) || group.kind === 'network' || group.kind === 'cluster'));
  for (const group of [...groups.values()]) for (let at = group.parent; at !== undefined && !groups.has(at); at = view.groups.get(at)?.parent) { const around = view.groups.get(at); if (around !== undefined) groups.set(at, around); }
  const edges = view.edges.filter((edge) => edge.kind !== 'dependency');
  const left = view.nodes.size - major.size;
  return { ...view, level: 'container', groups, nodes: major, edges: retarget(edges, (id) => (major.has(id) || groups.has(id) ? id : undefined)), left: left === 0 ? [] : [{ reason: 'too small for this level', parts: left }] };
}

/** The system as a whole: one part an account, the internet, and what belongs to somebody else. */
export function contextLevel(scene: Scene, title: string): View {
  const nodes = new Map<string, ViewNode>();
  const part = new Map<string, string>();
  const accountOf = (parent: string | undefined): SceneGroup | undefined => {
    for (let at = parent; at !== undefined; at = scene.groups.get(at)?.parent) if (scene.groups.get(at)?.kind === 'account') return scene.groups.get(at);
    return undefined;
  };
  const belongs = (item: SceneNode | SceneGroup): void => {
    if ('tier' in item && (item.id === INTERNET || item.entries.some((entry) => entry.type.drawData))) {
      nodes.set(item.id, item);
      part.set(item.id, item.id);
      return;
    }
    const account = 'kind' in item && item.kind === 'account' ? item : accountOf(item.parent);
    const id = account === undefined ? `system:${item.provider}` : `system:${account.id}`;
    const known = nodes.get(id) ?? { id, label: account?.label ?? title, sublabel: '', glyph: 'account' as const, provider: item.provider, entries: [], tier: 3, stacked: false, minor: false, generic: false, existing: false, count: 1, badges: [], module: '', opens: 'network' };
    nodes.set(id, { ...known, entries: [...known.entries, ...item.entries] });
    part.set(item.id, id);
  };
  for (const group of scene.groups.values()) belongs(group);
  for (const node of scene.nodes.values()) belongs(node);
  for (const node of nodes.values()) {
    if (!node.id.startsWith('system:')) continue;
    const regions = unique([...scene.groups.values()].filter((group) => group.kind === 'region' && part.get(group.id) === node.id).map((group) => group.label)).sort(byAddress);
    node.sublabel = [`${node.provider}`, ...regions.slice(0, 3), `${node.entries.length} resources`].join(' · ');
  }
  const edges = retarget(scene.edges.filter((edge) => edge.kind !== 'dependency' || nodes.has(edge.to)), (id) => part.get(id)).map((edge) => ({ ...edge, labels: edge.labels.slice(0, 3) }));
  return { level: 'context', view: 'network', groups: new Map(), nodes, edges, left: [] };
}

export function labelOfType(node: SceneNode): string {
  const [first] = node.entries;
  return first === undefined ? node.label : first.type.type === 'module' ? nameOf(first) : first.type.label;
}
