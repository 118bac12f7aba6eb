/**
 * The diagrams of a set as one interactive page: a file without a network, that works from a disk, with
 * a content security policy that lets only its own script and style run.
 *
 * Everything of the diagrams is in the file as escaped SVG and as a block of JSON that the script reads
 * as data. Folding covers a group and keeps its place, so that a reader's map of the picture holds.
 */
import { createHash } from 'node:crypto';
import type { Diagram, DiagramNode, DiagramSet } from '../diagram.ts';
import { oneLine, scriptJson, xml } from './escape.ts';
import { pageStyle } from './html-style.ts';
import { PAGE_SCRIPT } from './html-script.ts';
import { drawInteractive } from './interactive.ts';
import { checkLinkPattern, DEFAULT_LINK_PATTERN, sourceLink } from './links.ts';
import { shownChange } from './svg-chip.ts';

export interface HtmlOptions {
  /** Title of the page; the first diagram's by default. */
  title?: string;
  /** Where a part's source is: `{file}` and `{line}` are put in. */
  linkPattern?: string;
}

const EMPTY: Diagram = {
  id: 'empty', title: 'Infrastructure', description: '', level: 'resource', view: 'network', groups: [], nodes: [], edges: [], notes: ['There is nothing to draw.'],
  coverage: { resources: 0, drawn: 0, folded: 0, hidden: 0, generic: 0 },
};

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function detailOf(node: DiagramNode, names: RegExp): string {
  return node.details.filter((detail) => names.test(detail.name)).map((detail) => detail.value).join(', ');
}

const EXTRA_COLUMNS = [{ title: 'Cost', names: /^(monthly )?cost\b/i }, { title: 'Findings', names: /^findings?\b/i }, { title: 'Drift', names: /^drift\b/i }];

/** All parts as a table: for reading, for copying and for those who do not see the picture. */
function table(diagram: Diagram, index: number, pattern: string): string {
  const extra = EXTRA_COLUMNS.filter((column) => diagram.nodes.some((node) => node.details.some((detail) => column.names.test(detail.name))));
  const withChange = diagram.nodes.some((node) => shownChange(node.change) !== undefined);
  const rows = diagram.nodes.map((node) => {
    const link = sourceLink(pattern, node.location);
    const place = node.location === undefined ? '' : `${node.location.file}:${node.location.line}`;
    const cells = [
      `<button type="button" data-go="${xml(node.id)}">${xml(oneLine(node.label) || '(no name)')}</button>`, xml(oneLine(node.sublabel ?? '')), xml(node.count === undefined ? 'unknown' : String(node.count)),
      link === undefined ? '' : `<a href="${xml(link)}">${xml(place)}</a>`, ...extra.map((column) => xml(oneLine(detailOf(node, column.names)))), ...(withChange ? [shownChange(node.change) ?? ''] : []),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const heads = ['Part', 'What', 'Count', 'Source', ...extra.map((column) => column.title), ...(withChange ? ['Change'] : [])];
  return `<div data-parts="${xml(diagram.id)}"${index === 0 ? '' : ' hidden'}><table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function picker(diagrams: readonly Diagram[]): string {
  if (diagrams.length < 2) return '';
  return `<select id="picker" aria-label="Diagram">${diagrams.map((diagram) => `<option value="${xml(diagram.id)}">${xml(oneLine(diagram.title) || 'Infrastructure')}</option>`).join('')}</select>`;
}

/**
 * The set as the text of one HTML file.
 *
 * Throws: ROADBED-6601 when the link pattern cannot be used.
 */
export function drawHtml(set: DiagramSet, options: HtmlOptions = {}): string {
  const pattern = checkLinkPattern(options.linkPattern ?? DEFAULT_LINK_PATTERN);
  const diagrams = set.diagrams.length === 0 ? [EMPTY] : set.diagrams;
  const pictures = diagrams.map((diagram, index) => drawInteractive(diagram, index, pattern));
  const title = xml(oneLine(options.title ?? diagrams[0]?.title ?? '') || 'Infrastructure');
  const style = pageStyle();
  const data = scriptJson({ diagrams: pictures.map((picture) => picture.data) });
  const policy = `default-src 'none'; script-src ${hash(PAGE_SCRIPT)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${xml(policy)}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="roadbed"><title>${title}</title>`,
    `<style>${style}</style></head><body>`,
    `<header><h1>${title}</h1>${picker(diagrams)}<input id="search" type="search" placeholder="Search parts and addresses" aria-label="Search parts and addresses" autocomplete="off">`,
    '<div class="tools" role="group" aria-label="View"><button type="button" id="zoom-out" aria-label="Zoom out">−</button><button type="button" id="zoom-in" aria-label="Zoom in">+</button><button type="button" id="fit">Fit</button><button type="button" id="theme">Light / dark</button></div></header>',
    `<main><div class="stage" id="stage" tabindex="0" role="region" aria-label="Picture">${pictures.map((one) => one.svg).join('\n')}</div>`,
    '<div class="panel" id="detail" tabindex="0" role="region" aria-label="Details"></div></main>',
    `<footer class="parts"><details><summary>All parts as a table</summary>${diagrams.map((diagram, index) => table(diagram, index, pattern)).join('\n')}</details></footer>`,
    '<div id="status" role="status" class="unseen"></div>',
    `<script type="application/json" id="diagram-data">${data}</script>`,
    `<script>${PAGE_SCRIPT}</script></body></html>`,
    '',
  ].join('\n');
}
