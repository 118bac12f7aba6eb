/**
 * A Mermaid flowchart with a subgraph for every group. Ids are our own; labels are quoted, and every
 * character that Mermaid or the HTML behind it could read as syntax is written by its number.
 */
import type { Diagram, DiagramEdge, DiagramNode } from '../diagram.ts';
import { oneLine } from './escape.ts';
import { flatten, outline, type Outline } from './outline.ts';
import { COLOURS } from './palette.ts';
import { CHANGE_SIGNS, shownChange } from './svg-chip.ts';

const ARROWS: Record<DiagramEdge['kind'], string> = { traffic: '-->', access: '-.->', event: '-.->', name: '-.->', attachment: '---', dependency: '-.->' };
const CYLINDERS = new Set(['database', 'cache', 'bucket', 'disk', 'file-system']);
const ROUND = new Set(['internet', 'user', 'team']);
const LABEL_MAXIMUM = 120;

/** Text of a quoted Mermaid label. */
function mermaidText(text: string): string {
  const clean = [...oneLine(text)].slice(0, LABEL_MAXIMUM).join('');
  return clean.replace(/[^\p{L}\p{N} .,_/()-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function label(part: { label: string; sublabel?: string }, sign: string): string {
  const first = mermaidText(`${sign}${part.label}`) || '#8203;';
  return part.sublabel === undefined || part.sublabel === '' ? first : `${first}<br/>${mermaidText(part.sublabel)}`;
}

function signOf(part: { change?: DiagramNode['change'] }): string {
  const change = shownChange(part.change);
  return change === undefined ? '' : `${CHANGE_SIGNS[change]} `;
}

function nodeLine(node: DiagramNode, id: string): string {
  const count = (node.count ?? 1) > 1 ? ` ×${node.count}` : '';
  const text = `"${label({ ...node, label: `${node.label}${count}` }, signOf(node))}"`;
  const change = shownChange(node.change);
  const shape = CYLINDERS.has(node.glyph) ? `[(${text})]` : ROUND.has(node.glyph) ? `([${text}])` : `[${text}]`;
  return `${id}${shape}${change === undefined ? '' : `:::${change}`}`;
}

function lines(part: Outline, ids: ReadonlyMap<string, string>, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (part.node !== undefined) return [`${indent}${nodeLine(part.node, ids.get(part.node.id) ?? '')}`];
  if (part.group === undefined) return [];
  const id = ids.get(part.group.id) ?? '';
  const text = label(part.group, signOf(part.group)).replace('<br/>', ' · ');
  if (part.children.length === 0) return [`${indent}${id}["${text}"]`];
  return [`${indent}subgraph ${id}["${text}"]`, ...part.children.flatMap((child) => lines(child, ids, depth + 1)), `${indent}end`];
}

function edgeLine(edge: DiagramEdge, ids: ReadonlyMap<string, string>): string {
  const text = edge.label === undefined || edge.label === '' ? '' : `|"${mermaidText(`${signOf(edge)}${edge.label}`)}"|`;
  return `  ${ids.get(edge.from)} ${ARROWS[edge.kind]}${text} ${ids.get(edge.to)}`;
}

/** The diagram as the text of a Mermaid flowchart; lines between a group and its own content cannot be said there and are left out. */
export function drawMermaid(diagram: Diagram): string {
  const tree = outline(diagram);
  const parts = flatten(tree);
  const ids = new Map<string, string>();
  const parents = new Map<string, readonly string[]>();
  for (const part of parts) {
    const id = part.node?.id ?? part.group?.id ?? '';
    ids.set(id, `${part.node === undefined ? 'g' : 'n'}${ids.size}`);
    parents.set(id, part.parents);
  }
  const drawn = diagram.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && edge.from !== edge.to && !parents.get(edge.from)?.includes(edge.to) && !parents.get(edge.to)?.includes(edge.from));
  const changes = new Set(parts.map((part) => shownChange(part.node?.change)).filter((change) => change !== undefined));
  return [
    'flowchart LR',
    `  accTitle: ${mermaidText(diagram.title).replace(/#\d+;/g, ' ').trim() || 'Infrastructure'}`,
    ...(parts.length === 0 ? [`  n0["${mermaidText(diagram.notes[0] ?? 'There is nothing to draw.')}"]`] : []),
    ...tree.flatMap((part) => lines(part, ids, 1)),
    ...[...new Set(drawn.map((edge) => edgeLine(edge, ids)))],
    ...[...changes].sort().map((change) => `  classDef ${change} stroke:${COLOURS.light[change]},stroke-width:2px${change === 'removed' ? ',stroke-dasharray:5 3' : ''}`),
    '',
  ].join('\n');
}
