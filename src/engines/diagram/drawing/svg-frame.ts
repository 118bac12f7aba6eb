/** What stands around the picture: title, legend, coverage and notes. */
import type { Diagram } from '../diagram.ts';
import { textWidth, wrapText } from '../layout/text-width.ts';
import { oneLine, xml } from './escape.ts';
import { CHANGE_SIGNS, changeSign, shownChange } from './svg-chip.ts';
import { coordinate, textElement } from './svg-text.ts';

const FRAME_PADDING = 24;
const NOTES_MAXIMUM = 8;

const EDGE_WORDS: Record<string, string> = { traffic: 'traffic', access: 'may access', event: 'event', name: 'name', attachment: 'attached', dependency: 'depends on' };
const CHANGE_WORDS: Record<string, string> = { added: 'added', changed: 'changed', removed: 'removed', replaced: 'replaced' };
const EXPOSURE_WORDS: Record<string, string> = { public: 'public subnet', private: 'private subnet', isolated: 'isolated subnet' };

/** "63 of 79 resources drawn, 16 folded": how much of the code is in the picture. */
export function coverageSentence(diagram: Diagram): string {
  if (diagram.level === 'modules') return `${diagram.nodes.length} ${diagram.nodes.length === 1 ? 'module' : 'modules'}`;
  const { resources, drawn, folded, hidden, generic } = diagram.coverage;
  const parts = [`${drawn} of ${resources} ${resources === 1 ? 'resource' : 'resources'} drawn`];
  if (folded > 0) parts.push(`${folded} folded`);
  if (hidden > 0) parts.push(`${hidden} hidden`);
  if (generic > 0) parts.push(`${generic} without a glyph of their own`);
  return parts.join(', ');
}

export interface Block {
  markup: string;
  height: number;
}

function textLines(lines: readonly string[], x: number, y: number, size: number, lead: number, room: number, classes: string): string {
  return lines.map((line, index) => textElement(x, y + index * lead, line, { size, room, classes })).join('');
}

/** Title and description above the picture. */
export function heading(diagram: Diagram, width: number): Block {
  const room = width - 2 * FRAME_PADDING;
  const description = oneLine(diagram.description) === '' ? [] : wrapText(oneLine(diagram.description), 12, room, 2);
  const title = textElement(FRAME_PADDING, 38, diagram.title === '' ? 'Infrastructure' : diagram.title, { size: 19, room, classes: 'ink', weight: 'semibold' });
  return { markup: `${title}${textLines(description, FRAME_PADDING, 59, 12, 16, room, 'muted')}`, height: 50 + description.length * 16 };
}

interface Entry {
  mark: (x: number, y: number) => string;
  markWidth: number;
  words: string;
}

function edgeEntry(kind: string): Entry {
  return {
    mark: (x, y) => `<g class="${kind}"><path class="line" d="M${coordinate(x)} ${coordinate(y)}h26"/><path class="tip" d="M${coordinate(x + 32)} ${coordinate(y)}l-8-4v8z"/></g>`,
    markWidth: 38, words: EDGE_WORDS[kind] ?? kind,
  };
}

function exposureEntry(exposure: string): Entry {
  return { mark: (x, y) => `<g class="${exposure}"><rect class="group" x="${coordinate(x)}" y="${coordinate(y - 6)}" width="18" height="12" rx="3"/></g>`, markWidth: 24, words: EXPOSURE_WORDS[exposure] ?? exposure };
}

function changeEntry(change: keyof typeof CHANGE_SIGNS): Entry {
  return { mark: (x, y) => changeSign(change, x + 9, y), markWidth: 24, words: CHANGE_WORDS[change] ?? change };
}

function entries(diagram: Diagram): Entry[] {
  const kinds = new Set<string>(diagram.edges.map((edge) => edge.kind));
  const exposures = new Set<string | undefined>(diagram.groups.map((group) => group.exposure));
  const changes = new Set([...diagram.groups, ...diagram.nodes, ...diagram.edges].map((part) => shownChange(part.change)));
  return [
    ...Object.keys(CHANGE_SIGNS).filter((change): change is keyof typeof CHANGE_SIGNS => changes.has(change as keyof typeof CHANGE_SIGNS)).map(changeEntry),
    ...Object.keys(EDGE_WORDS).filter((kind) => kinds.has(kind)).map(edgeEntry),
    ...Object.keys(EXPOSURE_WORDS).filter((exposure) => exposures.has(exposure)).map(exposureEntry),
  ];
}

/** Legend of what occurs, coverage and notes below the picture. */
export function footing(diagram: Diagram, width: number, top: number): Block {
  const room = width - 2 * FRAME_PADDING;
  const pieces: string[] = [];
  let x = FRAME_PADDING;
  let y = top + 22;
  pieces.push(`<path class="rule" d="M${FRAME_PADDING} ${coordinate(top)}h${coordinate(room)}"/>`);
  const legend = entries(diagram);
  for (const entry of legend) {
    const needed = entry.markWidth + textWidth(entry.words, 11) + 20;
    if (x > FRAME_PADDING && x + needed > width - FRAME_PADDING) {
      x = FRAME_PADDING;
      y += 22;
    }
    pieces.push(entry.mark(x, y), textElement(x + entry.markWidth, y + 4, entry.words, { size: 11, room: 160, classes: 'muted' }));
    x += needed;
  }
  if (legend.length > 0) y += 24;
  const notes = diagram.notes.slice(0, NOTES_MAXIMUM).flatMap((note) => wrapText(oneLine(note), 11, room, 2));
  if (diagram.notes.length > NOTES_MAXIMUM) notes.push(`and ${diagram.notes.length - NOTES_MAXIMUM} more notes`);
  pieces.push(textElement(FRAME_PADDING, y + 4, coverageSentence(diagram), { size: 11, room, classes: 'ink', weight: 'semibold' }));
  pieces.push(textLines(notes, FRAME_PADDING, y + 21, 11, 16, room, 'muted'));
  return { markup: `<g class="legend" aria-label="${xml(`Legend. ${coverageSentence(diagram)}`)}">${pieces.join('')}</g>`, height: y + 4 + notes.length * 16 + 20 - top };
}
