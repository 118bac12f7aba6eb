/**
 * A diagram as one self-contained SVG: no fonts, scripts or pictures from elsewhere, light and dark,
 * every part linked to its line of code, with a title and a description for screen readers.
 */
import type { Diagram } from '../diagram.ts';
import { layOut } from '../layout/layout.ts';
import type { Layout } from '../layout/placement.ts';
import { oneLine, xml } from './escape.ts';
import { checkLinkPattern, DEFAULT_LINK_PATTERN, sourceLink, viewLink } from './links.ts';
import { styleSheet, type DrawingTheme } from './style.ts';
import { coverageSentence, footing, heading } from './svg-frame.ts';
import { edgeLabel, edgeLine, groupFrame, groupHeader, nodeCard, type PartLinks } from './svg-parts.ts';
import { coordinate, textElement } from './svg-text.ts';

export interface SvgOptions {
  /** Where a part leads: `{file}` and `{line}` are put in. Relative by default. */
  linkPattern?: string;
  /** Where a part that has a view of its own leads, with `{view}`: `{view}.svg`. Absent: no link. */
  viewPattern?: string;
  theme?: DrawingTheme;
}

const MINIMUM_WIDTH = 420;
const EDGE_ORDER = ['dependency', 'attachment', 'name', 'event', 'access', 'traffic'];

/** The whole in two or three sentences, for those who do not see it. */
export function describe(diagram: Diagram): string {
  const groups = diagram.groups.filter((group) => group.parent === undefined).slice(0, 8).map((group) => group.label);
  const sentences = [
    diagram.description,
    `${diagram.groups.length} ${diagram.groups.length === 1 ? 'group' : 'groups'}, ${diagram.nodes.length} ${diagram.nodes.length === 1 ? 'part' : 'parts'} and ${diagram.edges.length} ${diagram.edges.length === 1 ? 'connection' : 'connections'}.`,
    groups.length === 0 ? '' : `At the top: ${groups.join(', ')}.`,
    `${coverageSentence(diagram)}.`,
  ];
  return oneLine(sentences.filter((sentence) => sentence !== '').join(' '));
}

/** The parts of the picture, without title and legend; also used by the HTML page. */
export function drawParts(diagram: Diagram, layout: Layout, links: PartLinks): string {
  const names = new Map([...diagram.groups, ...diagram.nodes].map((part) => [part.id, part.label]));
  const edges = [...layout.edges].sort((a, b) => EDGE_ORDER.indexOf(a.edge.kind) - EDGE_ORDER.indexOf(b.edge.kind));
  return [
    `<defs><pattern id="${links.prefix}hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-removed" d="M0 0v7" stroke-width="1.2" stroke-opacity=".4"/></pattern></defs>`,
    `<g class="frames">${layout.groups.map((placed) => groupFrame(placed, links)).join('\n')}</g>`,
    `<g class="lines">${edges.map((placed) => edgeLine(placed, links, names)).join('\n')}</g>`,
    `<g class="heads">${layout.groups.map((placed) => groupHeader(placed, links)).join('\n')}</g>`,
    `<g class="nodes">${layout.nodes.map((placed) => nodeCard(placed, links)).join('\n')}</g>`,
    `<g class="labels">${edges.map((placed) => edgeLabel(placed, links)).join('')}</g>`,
  ].join('\n');
}

function emptyPicture(diagram: Diagram, width: number): string {
  if (diagram.nodes.length + diagram.groups.length > 0) return '';
  return textElement(width / 2, 40, 'Nothing to draw.', { size: 13, room: width - 48, classes: 'muted', anchor: 'middle' });
}

/**
 * The diagram as SVG text.
 *
 * Throws: ROADBED-6601 when the link pattern is not a relative path or a web address.
 */
export function drawSvg(diagram: Diagram, options: SvgOptions = {}): string {
  const pattern = checkLinkPattern(options.linkPattern ?? DEFAULT_LINK_PATTERN);
  const viewPattern = options.viewPattern === undefined ? undefined : checkLinkPattern(options.viewPattern);
  const layout = layOut(diagram);
  const width = Math.max(MINIMUM_WIDTH, layout.width);
  const links: PartLinks = { source: (part) => sourceLink(pattern, part.location), view: (id) => viewLink(viewPattern, id), interactive: false, prefix: '' };
  const head = heading(diagram, width);
  const pictureHeight = diagram.nodes.length + diagram.groups.length === 0 ? 70 : layout.height;
  const foot = footing(diagram, width, head.height + pictureHeight);
  const height = head.height + pictureHeight + foot.height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${coordinate(width)} ${coordinate(height)}" width="${coordinate(width)}" height="${coordinate(height)}" role="img" aria-labelledby="diagram-title diagram-description">`,
    `<title id="diagram-title">${xml(oneLine(diagram.title === '' ? 'Infrastructure' : diagram.title))}</title>`,
    `<desc id="diagram-description">${xml(describe(diagram))}</desc>`,
    `<style>${styleSheet(options.theme ?? 'auto')}</style>`,
    `<rect class="page" width="${coordinate(width)}" height="${coordinate(height)}"/>`,
    `<g class="heading">${head.markup}</g>`,
    `<g transform="translate(${coordinate((width - layout.width) / 2)} ${coordinate(head.height)})">`,
    drawParts(diagram, layout, links),
    '</g>',
    diagram.nodes.length + diagram.groups.length === 0 ? `<g transform="translate(0 ${coordinate(head.height)})">${emptyPicture(diagram, width)}</g>` : '',
    foot.markup,
    '</svg>',
    '',
  ].filter((line, index, all) => line !== '' || index === all.length - 1).join('\n');
}
