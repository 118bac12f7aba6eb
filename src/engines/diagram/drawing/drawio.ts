/**
 * draw.io (diagrams.net) XML, uncompressed: one page a diagram, groups as containers with their content
 * as children, places and bends from our layout. Plain text labels and neutral styles: nothing in a
 * label is read as HTML.
 */
import type { Diagram, DiagramSet } from '../diagram.ts';
import { layOut } from '../layout/layout.ts';
import type { PlacedEdge, PlacedGroup, PlacedNode, Rectangle } from '../layout/placement.ts';
import { oneLine, xml } from './escape.ts';
import { checkLinkPattern, DEFAULT_LINK_PATTERN, sourceLink } from './links.ts';
import { COLOURS, providerColour } from './palette.ts';
import { CHANGE_SIGNS, shownChange } from './svg-chip.ts';
import { coordinate } from './svg-text.ts';

export interface DrawioOptions {
  /** Where a part leads: `{file}` and `{line}` are put in. */
  linkPattern?: string;
}

const LIGHT = COLOURS.light;
const EDGE_STYLES: Record<string, string> = { traffic: '', access: 'dashed=1;', event: 'dashed=1;dashPattern=1 3;', name: 'dashed=1;dashPattern=8 3 1 3;', attachment: 'endArrow=none;', dependency: 'dashed=1;' };

type Part = PlacedNode['node'] | PlacedGroup['group'];

function text(part: Part): string {
  const change = shownChange(part.change);
  const count = 'tier' in part && (part.count ?? 1) > 1 ? ` ×${part.count}` : '';
  const second = part.sublabel === undefined || part.sublabel === '' ? '' : `\n${oneLine(part.sublabel)}`;
  return `${change === undefined ? '' : `${CHANGE_SIGNS[change]} `}${oneLine(part.label)}${count}${second}`;
}

function stroke(part: Part, otherwise: string): string {
  const change = shownChange(part.change);
  return change === undefined ? `strokeColor=${otherwise};` : `strokeColor=${LIGHT[change]};strokeWidth=2;${change === 'removed' ? 'dashed=1;' : ''}`;
}

function groupStyle(placed: PlacedGroup): string {
  const { group } = placed;
  const fill = group.exposure === undefined ? (placed.depth % 2 === 0 ? LIGHT.container : LIGHT.page) : LIGHT[group.exposure];
  const line = group.exposure === undefined ? LIGHT.frame : LIGHT[`${group.exposure}-line`];
  const dashes = group.kind === 'zone' || group.kind === 'account' || group.kind === 'region' ? 'dashed=1;' : '';
  return `rounded=1;arcSize=3;html=0;container=1;collapsible=0;recursiveResize=0;verticalAlign=top;align=left;spacingLeft=10;spacingTop=4;fontStyle=1;fontSize=12;fontColor=${LIGHT.ink};fillColor=${fill};${stroke(group, line ?? '')}${dashes}`;
}

function nodeStyle(placed: PlacedNode): string {
  const { node } = placed;
  const shape = ['database', 'cache', 'bucket'].includes(node.glyph) ? 'shape=cylinder3;size=7;boundedLbl=1;' : 'rounded=1;arcSize=12;';
  return `${shape}whiteSpace=wrap;html=0;fontSize=12;fontColor=${LIGHT.ink};fillColor=${LIGHT[`${providerColour(node.provider)}-soft`]};${stroke(node, LIGHT[providerColour(node.provider)] ?? '')}`;
}

function cell(id: string, part: Part, style: string, parent: string, r: Rectangle, origin: Rectangle | undefined, links: (part: Part) => string | undefined): string {
  const link = part.opens === undefined ? links(part) : `data:page/id,page-${part.opens}`;
  const geometry = `<mxGeometry x="${coordinate(r.x - (origin?.x ?? 0))}" y="${coordinate(r.y - (origin?.y ?? 0))}" width="${coordinate(r.width)}" height="${coordinate(r.height)}" as="geometry"/>`;
  const addresses = part.addresses.length === 0 ? '' : ` addresses="${xml(part.addresses.join(' '))}"`;
  return `<UserObject id="${xml(id)}" label="${xml(text(part))}"${link === undefined ? '' : ` link="${xml(link)}"`}${addresses}><mxCell style="${xml(style)}" vertex="1" parent="${xml(parent)}">${geometry}</mxCell></UserObject>`;
}

function fraction(value: number, start: number, length: number): string {
  return coordinate(length === 0 ? 0.5 : Math.min(1, Math.max(0, (value - start) / length)));
}

function edge(placed: PlacedEdge, index: number, places: ReadonlyMap<string, Rectangle>): string {
  const from = places.get(placed.edge.from);
  const to = places.get(placed.edge.to);
  const first = placed.points[0];
  const last = placed.points.at(-1);
  if (from === undefined || to === undefined || first === undefined || last === undefined) return '';
  const change = shownChange(placed.edge.change);
  const ports = `exitX=${fraction(first.x, from.x, from.width)};exitY=${fraction(first.y, from.y, from.height)};exitDx=0;exitDy=0;entryX=${fraction(last.x, to.x, to.width)};entryY=${fraction(last.y, to.y, to.height)};entryDx=0;entryDy=0;`;
  const style = `edgeStyle=none;rounded=1;html=0;endArrow=block;endFill=1;fontSize=11;fontColor=${LIGHT.ink};labelBackgroundColor=${LIGHT.page};strokeColor=${LIGHT[change ?? placed.edge.kind]};${EDGE_STYLES[placed.edge.kind] ?? ''}${ports}`;
  const bends = placed.points.slice(1, -1).map((point) => `<mxPoint x="${coordinate(point.x)}" y="${coordinate(point.y)}"/>`).join('');
  return `<mxCell id="edge-${index}" value="${xml(oneLine(placed.edge.label ?? ''))}" style="${xml(style)}" edge="1" parent="1" source="${xml(`part-${placed.edge.from}`)}" target="${xml(`part-${placed.edge.to}`)}"><mxGeometry relative="1" as="geometry">${bends === '' ? '' : `<Array as="points">${bends}</Array>`}</mxGeometry></mxCell>`;
}

function page(diagram: Diagram, links: (part: Part) => string | undefined): string {
  const layout = layOut(diagram);
  const groups = new Map(layout.groups.map((placed) => [placed.group.id, placed.rectangle]));
  const places = new Map([...groups, ...layout.nodes.map((placed) => [placed.node.id, placed.rectangle] as const)]);
  const parentOf = (id: string | undefined, own: string): string | undefined => (id !== undefined && id !== own && groups.has(id) && groupIsAround(groups.get(id), places.get(own)) ? id : undefined);
  const placedCell = (part: Part, style: string, r: Rectangle): string => {
    const parent = parentOf(part.parent, part.id);
    return cell(`part-${part.id}`, part, style, parent === undefined ? '1' : `part-${parent}`, r, parent === undefined ? undefined : groups.get(parent), links);
  };
  return [
    `<diagram id="${xml(`page-${diagram.id}`)}" name="${xml(oneLine(diagram.title === '' ? 'Infrastructure' : diagram.title))}">`,
    `<mxGraphModel grid="0" page="0" pageWidth="${coordinate(layout.width)}" pageHeight="${coordinate(layout.height)}"><root><mxCell id="0"/><mxCell id="1" parent="0"/>`,
    ...layout.groups.map((placed) => placedCell(placed.group, groupStyle(placed), placed.rectangle)),
    ...layout.nodes.map((placed) => placedCell(placed.node, nodeStyle(placed), placed.rectangle)),
    ...layout.edges.map((placed, index) => edge(placed, index, places)),
    '</root></mxGraphModel></diagram>',
  ].join('\n');
}

function groupIsAround(outer: Rectangle | undefined, inner: Rectangle | undefined): boolean {
  if (outer === undefined || inner === undefined) return false;
  return inner.x >= outer.x - 1 && inner.y >= outer.y - 1 && inner.x + inner.width <= outer.x + outer.width + 1 && inner.y + inner.height <= outer.y + outer.height + 1;
}

/**
 * The diagrams of a set as pages of one draw.io file.
 *
 * Throws: ROADBED-6601 when the link pattern cannot be used.
 */
export function drawDrawio(set: DiagramSet, options: DrawioOptions = {}): string {
  const pattern = checkLinkPattern(options.linkPattern ?? DEFAULT_LINK_PATTERN);
  const links = (part: Part): string | undefined => sourceLink(pattern, part.location);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<mxfile host="roadbed" compressed="false">', ...set.diagrams.map((diagram) => page(diagram, links)), '</mxfile>', ''].join('\n');
}
