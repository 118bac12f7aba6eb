/** Groups, nodes and lines as SVG. */
import type { DiagramBadge } from '../diagram.ts';
import { EDGE_LABEL_SIZE, HEADER_HEIGHT, HEADER_SIZE, LABEL_SIZE, NODE_PADDING, STACK_DEPTH, SUBLABEL_SIZE, TILE } from '../layout/measure.ts';
import type { PlacedEdge, PlacedGroup, PlacedNode, Point, Rectangle } from '../layout/placement.ts';
import { textWidth, wrapText } from '../layout/text-width.ts';
import { oneLine, xml } from './escape.ts';
import { providerColour } from './palette.ts';
import { changeSign, chips, glyphElement, shownChange } from './svg-chip.ts';
import { coordinate, textElement } from './svg-text.ts';

/** How parts are wrapped: links for a file, focusable groups for a page. */
export interface PartLinks {
  source: (part: { location?: PlacedNode['node']['location'] }) => string | undefined;
  view: (id: string) => string | undefined;
  /** Set on a page: parts get their id as data and can be focused. */
  interactive: boolean;
  /** Makes ids of definitions unique on a page. */
  prefix: string;
}

const CORNER = 7;
const TIP = 8;

function rect(classes: string, x: number, y: number, width: number, height: number, radius: number): string {
  return `<rect class="${classes}" x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}" rx="${radius}"/>`;
}

function linked(markup: string, href: string | undefined, label: string): string {
  return href === undefined ? markup : `<a href="${xml(href)}" aria-label="${xml(label)}">${markup}</a>`;
}

/** On a page the part itself has the name; its texts, which may be cut, are not read again. */
function quiet(links: PartLinks): string {
  return links.interactive ? ' aria-hidden="true"' : '';
}

/** What is focused and pressed on a page: beside the texts, so that its name is the whole and not what fits on a card. */
function hit(links: PartLinks, r: Rectangle, name: string): string {
  if (!links.interactive) return '';
  return `<rect class="hit" x="${coordinate(r.x)}" y="${coordinate(r.y)}" width="${coordinate(r.width)}" height="${coordinate(r.height)}" rx="10" tabindex="0" role="button" aria-label="${xml(name)}"/>`;
}

function data(links: PartLinks, name: string, id: string): string {
  return links.interactive ? ` data-${name}="${xml(id)}"` : '';
}

/** The frame of a group; its header comes with `groupHeader`, above the lines. */
export function groupFrame(placed: PlacedGroup, links: PartLinks): string {
  const { group, rectangle: r } = placed;
  const change = shownChange(group.change);
  const classes = ['grp', `kind-${group.kind}`, group.exposure ?? '', change ?? ''].filter((name) => name !== '').join(' ');
  const surface = group.exposure !== undefined ? 'group' : placed.depth % 2 === 0 ? 'group container' : 'group page';
  return `<g class="${classes}"${data(links, 'frame', group.id)}>${rect(surface, r.x, r.y, r.width, r.height, group.kind === 'subnet' ? 6 : 10)}</g>`;
}

export function groupHeader(placed: PlacedGroup, links: PartLinks): string {
  const { group, rectangle: r } = placed;
  const change = shownChange(group.change);
  const right = r.x + r.width - 8;
  const opens = group.opens === undefined ? 0 : 20;
  const exposure = group.exposure === undefined ? '' : textElement(right - opens, r.y + 19.5, group.exposure, { size: 10, room: 60, classes: 'exposure', weight: 'semibold', anchor: 'end' });
  const exposureRoom = group.exposure === undefined ? 0 : textWidth(group.exposure, 10, 'semibold') + 8;
  const badgeRoom = Math.max(0, Math.min(r.width * 0.5, r.width - 100));
  const marks = group.badges.length === 0 ? { markup: '', width: 0 } : chips(group.badges, right - opens - exposureRoom, r.y + 8, badgeRoom);
  const room = r.width - 34 - 10 - exposureRoom - marks.width - opens;
  const labelWidth = Math.min(room, textWidth(oneLine(group.label), HEADER_SIZE, 'semibold'));
  const label = textElement(r.x + 33, r.y + 20, group.label, { size: HEADER_SIZE, room, classes: 'ink', weight: 'semibold' });
  const sublabelRoom = room - labelWidth - 8;
  const sublabel = group.sublabel === undefined || sublabelRoom < 24 ? '' : textElement(r.x + 33 + labelWidth + 8, r.y + 20, group.sublabel, { size: SUBLABEL_SIZE, room: sublabelRoom, classes: 'muted' });
  const head = `<g class="${providerColour(group.provider)}"><title>${xml(title(group))}</title>${glyphElement(group.glyph, r.x + 10, r.y + 6.5, 18, 'accent')}<rect fill="none" x="${coordinate(r.x)}" y="${coordinate(r.y)}" width="${coordinate(r.width)}" height="${HEADER_HEIGHT}"/>${label}${sublabel}</g>`;
  const sign = change === undefined ? '' : changeSign(change, r.x, r.y);
  const text = `${group.label}${group.sublabel === undefined ? '' : `, ${group.sublabel}`}`;
  const body = links.interactive ? head : linked(head, links.source(group), text);
  const name = oneLine(`${groupWord(group.kind)} ${text}`);
  return `<g class="head ${group.exposure ?? ''}"${data(links, 'group', group.id)}${links.interactive ? '' : ` role="group" aria-label="${xml(name)}"`}>${hit(links, { x: r.x, y: r.y, width: r.width, height: HEADER_HEIGHT }, name)}<g${quiet(links)}>${body}${exposure}${marks.markup}</g>${opener(group.opens, right - 15, r.y + 7.5, links)}${sign}</g>`;
}

function groupWord(kind: string): string {
  return kind === 'group' ? 'Group' : kind.charAt(0).toUpperCase() + kind.slice(1);
}

function title(part: { label: string; sublabel?: string; addresses: readonly string[]; location?: { file: string; line: number } }): string {
  const lines = [part.label, part.sublabel ?? '', ...part.addresses.slice(0, 12), part.addresses.length > 12 ? `and ${part.addresses.length - 12} more` : ''];
  if (part.location !== undefined) lines.push(`${part.location.file}:${part.location.line}`);
  return [...new Set(lines.map(oneLine).filter((line) => line !== ''))].join('\n');
}

function opener(view: string | undefined, x: number, y: number, links: PartLinks): string {
  if (view === undefined) return '';
  const mark = `<g class="opener"${data(links, 'opens', view)}><title>Open the view of its inside</title><rect class="chip" x="${coordinate(x)}" y="${coordinate(y)}" width="16" height="16" rx="4"/><path class="icon" d="M${coordinate(x + 5)} ${coordinate(y + 11)}l6-6M${coordinate(x + 6.5)} ${coordinate(y + 5)}h4.5v4.5"/></g>`;
  return links.interactive ? mark : linked(mark, links.view(view), 'Open the view of its inside');
}

/** What does not fit is left out from its end, fact by fact: `RDS database · postgres` before `RDS datab…`. */
function secondLines(text: string, room: number, most: number): string[] {
  if (text === '') return [];
  const facts = text.split(' · ');
  for (let count = facts.length; count > 1; count -= 1) {
    const shown = facts.slice(0, count).join(' · ');
    if (textWidth(shown, SUBLABEL_SIZE) <= room) return [shown];
    if (most === 2 && count === 2 && facts.slice(0, 2).every((fact) => textWidth(fact, SUBLABEL_SIZE) <= room)) return facts.slice(0, 2);
  }
  return wrapText(facts[0] ?? '', SUBLABEL_SIZE, room, most);
}

function nodeText(placed: PlacedNode): string {
  const { node, rectangle: r } = placed;
  const x = r.x + NODE_PADDING + TILE + 8;
  const room = r.width - NODE_PADDING - TILE - 16;
  const lines = wrapText(oneLine(node.label), LABEL_SIZE, room, 2, 'semibold');
  const second = secondLines(oneLine(node.sublabel ?? ''), room, lines.length === 1 ? 2 : 1);
  const rows = lines.length + second.length;
  let y = r.y + r.height / 2 + 4 - ((rows - 1) * 14.5) / 2;
  const elements = lines.map((line) => {
    const element = textElement(x, y, line, { size: LABEL_SIZE, room, classes: 'ink', weight: 'semibold' });
    y += 14.5;
    return element;
  });
  second.forEach((line, number) => elements.push(textElement(x, y + number * 13, line, { size: SUBLABEL_SIZE, room, classes: 'muted' })));
  return elements.join('');
}

/** The pill with the count at the upper right, and the room that it takes. */
function countBadge(placed: PlacedNode): { markup: string; width: number } {
  const { node, rectangle: r } = placed;
  if (node.count === 1 || (node.count === undefined && !node.stacked)) return { markup: '', width: 0 };
  const text = node.count === undefined ? '×n' : `×${node.count}`;
  const width = Math.ceil(textWidth(text, 10, 'semibold')) + 12;
  const x = r.x + r.width - width - 8;
  const words = node.count === undefined ? 'how many is known after apply' : `${node.count} of them`;
  return { markup: `<g><title>${words}</title><rect class="count" x="${coordinate(x)}" y="${coordinate(r.y - 8)}" width="${width}" height="16" rx="8"/><text class="counted bold" x="${coordinate(x + width / 2)}" y="${coordinate(r.y + 3.5)}" font-size="10" text-anchor="middle">${text}</text></g>`, width: width + 4 };
}

/** Badges that say what the count's own pill says are left out. */
function withoutCount(badges: readonly DiagramBadge[]): DiagramBadge[] {
  return badges.filter((badge) => !/^[x×](?:n|\d+)$/i.test(badge.text));
}

/** A card: glyph tile, label of up to two lines, second line, chips, count, sign of change. */
export function nodeCard(placed: PlacedNode, links: PartLinks): string {
  const { node, rectangle: r } = placed;
  const change = shownChange(node.change);
  const colour = providerColour(node.provider);
  const stack = node.stacked || (node.count ?? 1) > 1;
  const behind = stack ? `${rect('card', r.x + STACK_DEPTH, r.y + STACK_DEPTH, r.width, r.height, 8)}${rect('card', r.x + STACK_DEPTH / 2, r.y + STACK_DEPTH / 2, r.width, r.height, 8)}` : '';
  const tileY = r.y + (r.height - TILE) / 2;
  const tile = `${rect('tile', r.x + NODE_PADDING, tileY, TILE, TILE, 7)}${glyphElement(node.glyph, r.x + NODE_PADDING + 5, tileY + 5, 22, 'accent')}`;
  const hatch = change === 'removed' ? `<rect x="${coordinate(r.x)}" y="${coordinate(r.y)}" width="${coordinate(r.width)}" height="${coordinate(r.height)}" rx="8" fill="url(#${links.prefix}hatch)"/>` : '';
  const body = `<g><title>${xml(title(node))}</title>${behind}${rect('card', r.x, r.y, r.width, r.height, 8)}${hatch}${tile}${nodeText(placed)}</g>`;
  const count = countBadge(placed);
  const badges = chips(withoutCount(node.badges), r.x + r.width - 6, r.y + r.height - 7, r.width - 12).markup;
  const sign = change === undefined ? '' : changeSign(change, r.x, r.y);
  const label = oneLine(`${node.label}${node.sublabel === undefined ? '' : `, ${node.sublabel}`}${node.count !== undefined && node.count > 1 ? `, ${node.count} of them` : ''}${change === undefined ? '' : `, ${change}`}`);
  const inner = links.interactive ? body : linked(body, links.source(node), label);
  return `<g class="node ${colour}${change === undefined ? '' : ` ${change}`}"${data(links, 'node', node.id)}>${hit(links, { x: r.x - 3, y: r.y - 3, width: r.width + 6, height: r.height + 6 }, label)}<g${quiet(links)}>${inner}${badges}${count.markup}</g>${opener(node.opens, r.x + r.width - 24 - count.width, r.y - 8, links)}${sign}</g>`;
}

function between(a: Point, b: Point, distance: number): Point {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  return { x: a.x + ((b.x - a.x) * distance) / length, y: a.y + ((b.y - a.y) * distance) / length };
}

function at(point: Point): string {
  return `${coordinate(point.x)} ${coordinate(point.y)}`;
}

/** Path data of a line with rounded corners. */
function roundedPath(points: readonly Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  const pieces = [`M${at(first)}`];
  for (let index = 1; index < points.length - 1; index++) {
    const [before, corner, after] = [points[index - 1] as Point, points[index] as Point, points[index + 1] as Point];
    const radius = Math.min(CORNER, Math.hypot(corner.x - before.x, corner.y - before.y) / 2, Math.hypot(after.x - corner.x, after.y - corner.y) / 2);
    pieces.push(`L${at(between(corner, before, radius))}Q${at(corner)} ${at(between(corner, after, radius))}`);
  }
  return `${pieces.join('')}L${at(last)}`;
}

function tip(points: readonly Point[]): string {
  const end = points.at(-1) as Point;
  const before = points.at(-2) ?? end;
  if (end.x === before.x) {
    const base = end.y - Math.sign(end.y - before.y) * TIP;
    return `<path class="tip" d="M${at(end)}L${coordinate(end.x - 4)} ${coordinate(base)}L${coordinate(end.x + 4)} ${coordinate(base)}z"/>`;
  }
  const back = end.x - Math.sign(end.x - before.x) * TIP;
  return `<path class="tip" d="M${at(end)}L${coordinate(back)} ${coordinate(end.y - 4)}L${coordinate(back)} ${coordinate(end.y + 4)}z"/>`;
}

/** What a line says in words: for titles, screen readers and tables. */
function edgeWords(placed: PlacedEdge, names: ReadonlyMap<string, string>): string {
  const words = (edge: PlacedEdge['edge']): string => oneLine(`${names.get(edge.from) ?? edge.from} → ${names.get(edge.to) ?? edge.to}${edge.label === undefined ? '' : `: ${edge.label}`} (${edge.kind})`);
  if (placed.members.length <= 1) return words(placed.edge);
  return [words(placed.edge), ...placed.members.slice(0, 12).map(words), ...(placed.members.length > 12 ? [`and ${placed.members.length - 12} more`] : [])].join('\n');
}

/** A line with its tip. */
export function edgeLine(placed: PlacedEdge, links: PartLinks, names: ReadonlyMap<string, string>): string {
  const change = shownChange(placed.edge.change);
  const end = placed.points.at(-1) as Point;
  const before = placed.points.at(-2) ?? end;
  const short = [...placed.points.slice(0, -1), between(end, before, Math.min(TIP - 2, Math.hypot(end.x - before.x, end.y - before.y)))];
  const path = roundedPath(placed.sharesEnd ? [...short].reverse() : short);
  const ends = links.interactive ? ` data-edge="${xml(placed.edge.id)}" data-from="${xml(placed.edge.from)}" data-to="${xml(placed.edge.to)}"` : '';
  return `<g class="link ${placed.edge.kind}${change === undefined ? '' : ` ${change}`}"${ends}><title>${xml(edgeWords(placed, names))}</title><path class="line" d="${path}"/>${tip(placed.points)}</g>`;
}

/** The label of a line on a plate of the page's colour. */
export function edgeLabel(placed: PlacedEdge, links: PartLinks): string {
  const label = placed.label;
  if (label === undefined) return '';
  const r = label.rectangle;
  const ends = links.interactive ? ` data-label="${xml(placed.edge.id)}"` : '';
  const full = oneLine(placed.edge.label ?? '');
  return `<g${ends}>${full === label.text ? '' : `<title>${xml(full)}</title>`}${rect('plate', r.x, r.y, r.width, r.height, 4)}${textElement(r.x + r.width / 2, r.y + 11, label.text, { size: EDGE_LABEL_SIZE, room: r.width - 6, classes: 'ink', anchor: 'middle' })}</g>`;
}
