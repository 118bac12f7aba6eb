/** A view as a diagram: sorted, with badges, places in the code, changes, notes and the count of everything left out. */
import type { InfrastructureModel, ModelLocation } from '../infrastructure/model.ts';
import type { Diagram, DiagramBadge, DiagramChange, DiagramDetail, DiagramEdge, DiagramGroup, DiagramNode } from './diagram.ts';
import { detailsOf } from './labels.ts';
import { addTo, byAddress, unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { Scene, SceneEdge, SceneGroup } from './scene.ts';
import type { SplitView } from './split.ts';
import type { ViewNode } from './view.ts';

/** Something to lay over the picture: cost, drift, findings. Gets every address that a part stands for. */
export interface DiagramOverlay {
  name: string;
  badges(addresses: readonly string[]): readonly DiagramBadge[];
  details?(addresses: readonly string[]): readonly DiagramDetail[];
}

export interface AssembleContext {
  model: InfrastructureModel;
  scene: Scene;
  changes: ReadonlyMap<string, DiagramChange> | undefined;
  overlays: readonly DiagramOverlay[];
  /** Folded resources by the entry that they became a part of. */
  pieces: ReadonlyMap<Entry, readonly Entry[]>;
}

/** A part that is new in all of its resources is added; one that is new in some is changed. */
function changeOf(context: AssembleContext, own: readonly Entry[], pieces: readonly Entry[]): DiagramChange | undefined {
  if (context.changes === undefined || own.length + pieces.length === 0) return undefined;
  const of = (entries: readonly Entry[]): DiagramChange[] => unique(entries.map((entry) => context.changes?.get(entry.address) ?? 'unchanged'));
  const main = of(own.length > 0 ? own : pieces);
  if (main.length === 1 && main[0] !== 'unchanged') return main[0];
  return main.length > 1 || of(pieces).some((change) => change !== 'unchanged') ? 'changed' : 'unchanged';
}

interface Shown {
  addresses: string[];
  badges: DiagramBadge[];
  details: DiagramDetail[];
  location?: ModelLocation;
  change?: DiagramChange;
}

function shown(context: AssembleContext, entries: readonly Entry[], badges: readonly DiagramBadge[], count: number | undefined, stacked: boolean): Shown {
  const pieces = unique(entries.flatMap((entry) => context.pieces.get(entry) ?? []));
  const addresses = unique([...entries, ...pieces].map((entry) => entry.address)).sort(byAddress);
  const change = changeOf(context, entries, pieces);
  const location = entries.find((entry) => entry.resource.location !== undefined)?.resource.location;
  const overlaid = context.overlays.flatMap((overlay) => [...overlay.badges(addresses)]);
  const number: DiagramBadge[] = count !== undefined && count > 1 ? [{ text: `x${count}`, title: `${count} instances` }] : count === undefined && stacked ? [{ text: 'xN', title: 'How many is not known before applying' }] : [];
  return {
    addresses,
    badges: [...number, ...[...badges].sort((left, right) => byAddress(left.text, right.text)), ...overlaid],
    details: [...detailsOf(entries), ...context.overlays.flatMap((overlay) => [...(overlay.details?.(addresses) ?? [])])],
    ...(location === undefined ? {} : { location }),
    ...(change === undefined ? {} : { change }),
  };
}

function toNode(context: AssembleContext, node: ViewNode): DiagramNode {
  return {
    id: node.id, label: node.label, sublabel: node.existing && node.entries.length > 0 ? [node.sublabel, 'existing'].filter((fact) => fact !== '').join(' · ') : node.sublabel, glyph: node.glyph, provider: node.provider, stacked: node.stacked, tier: node.tier,
    ...shown(context, node.entries, node.badges, node.count, node.stacked),
    ...(node.parent === undefined ? {} : { parent: node.parent }), ...(node.count === undefined ? {} : { count: node.count }), ...(node.opens === undefined ? {} : { opens: node.opens }),
  };
}

function toGroup(context: AssembleContext, group: SceneGroup): DiagramGroup {
  return {
    id: group.id, kind: group.kind, label: group.label, glyph: group.glyph, provider: group.provider, ...shown(context, group.entries, group.badges, undefined, false),
    ...(group.sublabel === undefined ? {} : { sublabel: group.sublabel }), ...(group.parent === undefined ? {} : { parent: group.parent }), ...(group.exposure === undefined ? {} : { exposure: group.exposure }),
  };
}

function toEdge(context: AssembleContext, edge: SceneEdge): DiagramEdge {
  const change = changeOf(context, edge.entries.filter((entry) => context.scene.folded.has(entry)), []);
  const locations = edge.entries.flatMap((entry) => entry.resource.location ?? []);
  const label = edge.labels.length === 0 ? undefined : `${edge.labels.slice(0, 3).join(', ')}${edge.labels.length > 3 ? ` +${edge.labels.length - 3}` : ''}`;
  return { id: `${edge.from} -> ${edge.to} (${edge.kind})`, from: edge.from, to: edge.to, kind: edge.kind, locations: locations.slice(0, 8), ...(label === undefined ? {} : { label }), ...(change === undefined ? {} : { change }) };
}

/** Groups from the outside in, each level by id. */
function outsideIn(groups: ReadonlyMap<string, SceneGroup>): SceneGroup[] {
  const children = new Map<string, SceneGroup[]>();
  for (const group of groups.values()) {
    const parent = group.parent !== undefined && groups.has(group.parent) ? group.parent : '';
    addTo(children, parent, group);
  }
  const visit = (parent: string): SceneGroup[] => (children.get(parent) ?? []).sort((left, right) => byAddress(left.id, right.id)).flatMap((group) => [group, ...visit(group.id)]);
  return visit('');
}

function emptyReasons(model: InfrastructureModel): string[] {
  const resources = model.resources.filter((resource) => resource.mode === 'managed').length;
  const { coverage } = model;
  const reasons = [
    resources === 0 && coverage.opaqueModules > 0 ? `the code of ${coverage.opaqueModules} called ${coverage.opaqueModules === 1 ? 'module is' : 'modules are'} not there` : '',
    coverage.unreadableFiles > 0 ? `${coverage.unreadableFiles} of ${coverage.files} files could not be read` : '',
    model.problems.length > 0 ? `${model.problems.length} ${model.problems.length === 1 ? 'problem was' : 'problems were'} found` : '',
  ].filter((reason) => reason !== '');
  const why = resources === 0 ? `the ${model.source.kind} holds no managed resources${coverage.resourceBlocks > 0 ? ` (of ${coverage.resourceBlocks} resource blocks every one has count or for_each of nothing)` : ''}` : `all ${resources} managed resources are values or settings that are not parts`;
  return [`Nothing to draw: ${[why, ...reasons].join('; ')}.`];
}

function notesOf(context: AssembleContext, view: SplitView, hidden: number): string[] {
  if (view.partOf !== undefined) return ['One part of a larger picture; connected parts outside of it are marked as existing.'];
  if (view.level === 'modules' || view.level === 'context') return [];
  const { scene } = context;
  const empty = view.nodes.size === 0 && view.groups.size === 0;
  return [
    ...(empty ? emptyReasons(context.model) : []),
    ...(scene.folded.size === 0 ? [] : [`${scene.folded.size} resources are folded into edges, badges and parts.`]),
    ...scene.omitted.map(({ reason, entries }) => `${entries.length} ${entries.length === 1 ? 'resource is' : 'resources are'} left out: ${reason} (${unique(entries.map((entry) => entry.resource.type)).slice(0, 3).join(', ')}).`),
    ...view.left.map(({ reason, parts }) => `${parts} ${parts === 1 ? 'part is' : 'parts are'} left out: ${reason}.`),
    ...(hidden > 0 ? [`${hidden} resources are not in this picture, but in another view of it.`] : []),
    ...scene.notes,
  ];
}

export function assemble(context: AssembleContext, view: SplitView, description: string): Diagram {
  const groups = outsideIn(view.groups).map((group) => toGroup(context, group));
  const nodes = [...view.nodes.values()].sort((left, right) => byAddress(left.id, right.id)).map((node) => toNode(context, node));
  const edges = view.edges.map((edge) => toEdge(context, edge)).sort((left, right) => byAddress(left.id, right.id));
  const parts = view.level === 'modules' ? [] : [...view.nodes.values(), ...view.groups.values()];
  const drawn = new Set(parts.flatMap((part) => part.entries));
  const generic = [...drawn].filter((entry) => entry.type.derived).length;
  const whole = view.partOf === undefined && view.level !== 'modules';
  const resources = whole ? context.model.resources.length : drawn.size;
  const drawnResources = whole ? [...drawn].filter((entry) => entry.type.type !== 'module').length : drawn.size;
  const folded = whole ? context.scene.folded.size : 0;
  const hidden = Math.max(0, resources - drawnResources - folded);
  const omitted = context.scene.omitted.reduce((sum, { entries }) => sum + entries.length, 0);
  return {
    id: view.id, title: view.title, description, level: view.level, view: view.view, groups, nodes, edges,
    notes: [...notesOf(context, view, hidden - omitted), ...(generic > 0 ? [`${generic} ${generic === 1 ? 'resource is' : 'resources are'} of a type that the catalogue does not list, drawn as generic parts.`] : [])],
    coverage: { resources, drawn: drawnResources, folded, hidden, generic },
  };
}
