/**
 * From the infrastructure model to its set of diagrams: by network (the entry), without the small
 * parts, as a whole, by module, by owner, and the modules themselves; each bounded, with links into
 * the parts. Pure: the same model gives the same set, in whatever order its resources come.
 */
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import type { AssembleContext, DiagramOverlay } from './assemble.ts';
import { assemble } from './assemble.ts';
import { buildScene } from './build-scene.ts';
import { compareModels, plannedChanges } from './compare.ts';
import type { Diagram, DiagramSet } from './diagram.ts';
import { Folding } from './fold.ts';
import { modulesLevel } from './modules-level.ts';
import { addTo } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';
import type { Scene } from './scene.ts';
import { withShortNames } from './short-names.ts';
import type { SplitView } from './split.ts';
import { splitView } from './split.ts';
import { containerLevel, contextLevel, moduleView, networkView, ownerView } from './view.ts';

export interface DiagramOptions {
  /** Name of the system; the source's path without it. */
  title?: string;
  /** Parts a picture may have, 10 to 200; 40 without it. */
  maximumNodes?: number;
  /** Tags that tell the owner, best first. */
  ownerTags?: readonly string[];
  /** An earlier model of the same thing: parts get their change. A plan brings its changes itself. */
  before?: InfrastructureModel;
  overlays?: readonly DiagramOverlay[];
}

const OWNER_TAGS = ['owner', 'team', 'squad', 'service-owner', 'maintainer', 'app.kubernetes.io/managed-by-team'];
const NODES = 40;

/** Folded resources by the part they belong to; one that many use belongs to none of them alone. */
function piecesOf(index: ResourceIndex, scene: Scene): Map<Entry, Entry[]> {
  const folding = new Folding(index);
  const pieces = new Map<Entry, Entry[]>();
  for (const entry of scene.folded) {
    if (entry.type.role !== 'fold') continue;
    const targets = folding.targets(entry);
    const [target] = targets;
    const alone = new Set(targets.map((part) => part.resource.resource)).size === 1;
    if (target === undefined || (entry.type.users && !alone)) continue;
    addTo(pieces, target, entry);
  }
  return pieces;
}

function describe(title: string, view: SplitView): string {
  const what = { context: 'the system and what is around it', container: 'services, databases and queues', resource: 'all resources', modules: 'modules and what they use of each other' }[view.level];
  const by = view.level === 'resource' ? `, by ${view.view}` : '';
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const inside = view.groups.size === 0 ? '' : ` in ${count(view.groups.size, 'group')}`;
  return `${title}: ${what}${by}. ${count(view.nodes.size, 'part')}${inside}, ${count(view.edges.length, 'connection')}.`;
}

export function makeDiagrams(given: InfrastructureModel, catalogue: ProviderCatalogue, options: DiagramOptions = {}): DiagramSet {
  const difference = options.before === undefined ? undefined : compareModels(options.before, given);
  const model = difference?.model ?? given;
  const title = options.title ?? (model.source.path.split('/').filter((step) => step !== '' && step !== '.').at(-1) ?? 'Infrastructure');
  const most = Math.min(200, Math.max(10, options.maximumNodes ?? NODES));
  const { scene, index } = buildScene(model, catalogue, { ownerTags: options.ownerTags ?? OWNER_TAGS });
  const context: AssembleContext = { model, scene, changes: difference?.changes ?? plannedChanges(model), overlays: options.overlays ?? [], pieces: piecesOf(index, scene) };

  const network = networkView(scene);
  const modules = [...scene.nodes.values()].some((node) => node.module !== '') || [...scene.groups.values()].some((group) => group.entries.some((entry) => entry.resource.module !== ''));
  const owned = [...scene.nodes.values()].some((node) => node.owner !== undefined);
  const views: SplitView[] = [
    ...splitView(network, 'network', title, most),
    ...splitView(containerLevel(network), 'container', `${title}: services`, most),
    ...splitView(contextLevel(scene, title), 'context', `${title}: context`, most),
    ...(modules ? splitView(moduleView(scene), 'module', `${title}: by module`, most) : []),
    ...(owned ? splitView(ownerView(scene), 'owner', `${title}: by owner`, most) : []),
    ...(model.modules.length > 1 || modules ? splitView(modulesLevel(model, index, title), 'modules', `${title}: modules`, most) : []),
  ];
  const ids = new Set(views.map((view) => view.id));
  const diagrams = views.map((view): Diagram => assemble(context, { ...view, nodes: new Map([...view.nodes].map(([id, node]) => [id, withOpenable(node, ids)])) }, describe(title, view)));
  return { diagrams: withShortNames(diagrams) };
}

/** A link to a view that is not in the set would lead nowhere. */
function withOpenable<Node extends { opens?: string }>(node: Node, ids: ReadonlySet<string>): Node {
  if (node.opens === undefined || ids.has(node.opens)) return node;
  const { opens: _, ...rest } = node;
  return rest as Node;
}
