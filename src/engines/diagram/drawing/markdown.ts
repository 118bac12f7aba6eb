/** Diagrams as Markdown: a Mermaid block that GitHub and GitLab draw, and tables for those who search or do not see. */
import type { Diagram, DiagramEdge, DiagramNode, DiagramSet } from '../diagram.ts';
import { oneLine } from './escape.ts';
import { checkLinkPattern, DEFAULT_LINK_PATTERN, sourceLink } from './links.ts';
import { drawMermaid } from './mermaid.ts';
import { flatten, outline } from './outline.ts';
import { coverageSentence } from './svg-frame.ts';
import { shownChange } from './svg-chip.ts';

export interface MarkdownOptions {
  /** Where the lines of code are: `{file}` and `{line}` are put in. */
  linkPattern?: string;
  /** Level of the first heading, 1 to 5. */
  heading?: number;
}

/** Text that Markdown, and the HTML in it, takes as text; also inside a table. */
function markdownText(text: string): string {
  return oneLine(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/[\\`*_{}[\]()#+!|~$@:]/g, (character) => (character === ':' || character === '@' ? `&#${character.charCodeAt(0)};` : `\\${character}`));
}

function code(text: string): string {
  return `<code>${markdownText(text)}</code>`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function nodeRow(node: DiagramNode, parents: readonly string[], names: ReadonlyMap<string, string>, pattern: string, withChange: boolean): string {
  const link = sourceLink(pattern, node.location);
  const place = node.location === undefined ? '' : `${node.location.file}:${node.location.line}`;
  const count = (node.count ?? 1) > 1 ? ` ×${node.count}` : '';
  const addresses = node.addresses.slice(0, 4).map(code).join('<br>') + (node.addresses.length > 4 ? `<br>and ${node.addresses.length - 4} more` : '');
  return row([
    `${markdownText(node.label)}${count}`, markdownText(node.sublabel ?? ''), parents.map((id) => markdownText(names.get(id) ?? id)).join(' / '), addresses,
    link === undefined ? '' : `[${markdownText(place)}](<${link.replace(/[<>|]/g, encodeURIComponent)}>)`, ...(withChange ? [shownChange(node.change) ?? ''] : []),
  ]);
}

function edgeRow(edge: DiagramEdge, names: ReadonlyMap<string, string>): string {
  return row([markdownText(names.get(edge.from) ?? edge.from), markdownText(names.get(edge.to) ?? edge.to), edge.kind, markdownText(edge.label ?? '')]);
}

function section(diagram: Diagram, pattern: string, level: number): string[] {
  const hashes = '#'.repeat(level);
  const names = new Map([...diagram.groups, ...diagram.nodes].map((part) => [part.id, part.label]));
  const nodes = flatten(outline(diagram)).filter((part) => part.node !== undefined);
  const withChange = diagram.nodes.some((node) => shownChange(node.change) !== undefined);
  const lines = [`${hashes} ${markdownText(diagram.title === '' ? 'Infrastructure' : diagram.title)}`, ''];
  if (diagram.description !== '') lines.push(markdownText(diagram.description), '');
  if (diagram.nodes.length + diagram.groups.length > 0) lines.push('```mermaid', drawMermaid(diagram).trimEnd(), '```', '');
  lines.push(`${coverageSentence(diagram)}.`, '');
  if (nodes.length > 0) {
    const head = ['Part', 'What', 'In', 'Addresses', 'Source', ...(withChange ? ['Change'] : [])];
    lines.push(row(head), row(head.map(() => '---')));
    for (const part of nodes) if (part.node !== undefined) lines.push(nodeRow(part.node, part.parents, names, pattern, withChange));
    lines.push('');
  }
  if (diagram.edges.length > 0) lines.push(row(['From', 'To', 'Kind', 'Label']), row(['---', '---', '---', '---']), ...diagram.edges.map((edge) => edgeRow(edge, names)), '');
  if (diagram.notes.length > 0) lines.push(...diagram.notes.map((note) => `- ${markdownText(note)}`), '');
  return lines;
}

/**
 * All diagrams of a set, one section each.
 *
 * Throws: ROADBED-6601 when the link pattern cannot be used.
 */
export function drawMarkdown(set: DiagramSet, options: MarkdownOptions = {}): string {
  const pattern = checkLinkPattern(options.linkPattern ?? DEFAULT_LINK_PATTERN);
  const level = Math.min(5, Math.max(1, options.heading ?? 2));
  return set.diagrams.flatMap((diagram) => section(diagram, pattern, level)).join('\n');
}
