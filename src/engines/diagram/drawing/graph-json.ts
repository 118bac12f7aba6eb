/** The diagrams as a documented JSON graph with places (docs/reference/diagram-json.md). */
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode, DiagramSet } from '../diagram.ts';
import { layOut } from '../layout/layout.ts';
import type { Rectangle } from '../layout/placement.ts';

const GRAPH_SCHEMA_VERSION = '1.0';

function part(source: DiagramGroup | DiagramNode, rectangle: Rectangle | undefined): Record<string, unknown> {
  return {
    id: source.id, label: source.label, sublabel: source.sublabel, parent: source.parent, provider: source.provider, glyph: source.glyph, change: source.change, opens: source.opens,
    ...('tier' in source ? { tier: source.tier, count: source.count, stacked: source.stacked } : { kind: source.kind, exposure: source.exposure }),
    addresses: source.addresses, location: source.location, badges: source.badges, details: source.details, rectangle,
  };
}

function edge(source: DiagramEdge): Record<string, unknown> {
  return { id: source.id, from: source.from, to: source.to, kind: source.kind, label: source.label, change: source.change, locations: source.locations };
}

function diagramGraph(diagram: Diagram): Record<string, unknown> {
  const layout = layOut(diagram);
  const places = new Map([...layout.groups.map((placed) => [placed.group.id, placed.rectangle] as const), ...layout.nodes.map((placed) => [placed.node.id, placed.rectangle] as const)]);
  return {
    id: diagram.id, title: diagram.title, description: diagram.description, level: diagram.level, view: diagram.view, coverage: diagram.coverage, notes: diagram.notes,
    width: layout.width, height: layout.height,
    groups: diagram.groups.map((group) => part(group, places.get(group.id))),
    nodes: diagram.nodes.map((node) => part(node, places.get(node.id))),
    edges: diagram.edges.map(edge),
    lines: layout.edges.map((placed) => ({ edges: placed.members.map((member) => member.id), from: placed.edge.from, to: placed.edge.to, kind: placed.edge.kind, label: placed.edge.label, points: placed.points })),
  };
}

/** The set as JSON text, indented, with a stable order of fields. */
export function diagramJson(set: DiagramSet): string {
  return `${JSON.stringify({ schemaVersion: GRAPH_SCHEMA_VERSION, kind: 'DiagramSet', diagrams: set.diagrams.map(diagramGraph) }, undefined, 2)}\n`;
}
