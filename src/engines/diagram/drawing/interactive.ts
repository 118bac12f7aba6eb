/**
 * A diagram for a page that pans, folds and searches: its picture with every part as data, and beside it
 * what the page says of each part. The self-contained page and the console show the same picture from here.
 */
import type { Diagram, DiagramChange, DiagramGroup, DiagramNode } from '../diagram.ts';
import { layOut } from '../layout/layout.ts';
import { oneLine, printable, xml } from './escape.ts';
import { sourceLink } from './links.ts';
import { shownChange } from './svg-chip.ts';
import { coverageSentence, footing } from './svg-frame.ts';
import { drawParts } from './svg.ts';

export interface InteractivePart {
  id: string;
  /** False: it is a group. */
  node: boolean;
  label: string;
  sublabel?: string;
  parent?: string;
  /** The diagram that shows its inside. */
  opens?: string;
  change?: DiagramChange;
  count?: number;
  /** `network.tf:12`. */
  place?: string;
  link?: string;
  addresses: string[];
  details: { name: string; value: string }[];
  badges: { text: string; title: string }[];
}

export interface InteractiveEdge {
  from: string;
  to: string;
  kind: string;
  label?: string;
}

export interface InteractiveDiagram {
  id: string;
  /** Id of the picture's element. */
  element: string;
  title: string;
  description: string;
  coverage: string;
  notes: string[];
  width: number;
  height: number;
  parts: InteractivePart[];
  edges: InteractiveEdge[];
}

export interface InteractivePicture {
  svg: string;
  data: InteractiveDiagram;
}

const MINIMUM_WIDTH = 420;

function partData(part: DiagramGroup | DiagramNode, pattern: string): InteractivePart {
  const change = shownChange(part.change);
  const link = sourceLink(pattern, part.location);
  return {
    id: printable(part.id), node: 'tier' in part, label: oneLine(part.label), ...(part.sublabel === undefined ? {} : { sublabel: oneLine(part.sublabel) }), ...(part.parent === undefined ? {} : { parent: printable(part.parent) }), ...(part.opens === undefined ? {} : { opens: printable(part.opens) }), ...(change === undefined ? {} : { change }),
    ...('tier' in part && part.count !== undefined ? { count: part.count } : {}),
    ...(part.location === undefined ? {} : { place: printable(`${part.location.file}:${part.location.line}`) }), ...(link === undefined ? {} : { link }), addresses: part.addresses.map(printable),
    details: part.details.map((detail) => ({ name: printable(detail.name), value: printable(detail.value) })),
    badges: part.badges.map((badge) => ({ text: oneLine(badge.text), title: oneLine(badge.title) })),
  };
}

/**
 * The picture and its data. `index` makes its ids unique on a page with several; `pattern` is a checked link pattern.
 * The picture's size is in pixels at a scale of 1; `<g class="camera">` holds all of it.
 */
export function drawInteractive(diagram: Diagram, index: number, pattern: string): InteractivePicture {
  const layout = layOut(diagram);
  const width = Math.max(MINIMUM_WIDTH, layout.width);
  const foot = footing(diagram, width, layout.height);
  const parts = drawParts(diagram, layout, { source: () => undefined, view: () => undefined, interactive: true, prefix: `p${index}-` });
  const element = `picture-${index}`;
  return {
    svg: `<svg id="${element}" role="group" aria-label="${xml(oneLine(`Diagram: ${diagram.title}`))}"${index === 0 ? '' : ' hidden'}><g class="camera">${parts}<g class="covers"></g>${foot.markup}</g></svg>`,
    data: {
      id: printable(diagram.id), element, title: oneLine(diagram.title), description: oneLine(diagram.description), coverage: coverageSentence(diagram), notes: diagram.notes.map(oneLine), width, height: layout.height + foot.height,
      parts: [...diagram.groups, ...diagram.nodes].map((part) => partData(part, pattern)),
      edges: diagram.edges.map((edge) => ({ from: printable(edge.from), to: printable(edge.to), kind: edge.kind, ...(edge.label === undefined ? {} : { label: oneLine(edge.label) }) })),
    },
  };
}
