/** Lays marks of an overlay over a picture: a small plate on each part, and its words for readers. */
import type { Overlaid } from './overlay.ts';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 17;
const CHARACTER = 6.3;
const LAYER = 'overlay';

export const OVERLAY_STYLE = `
.overlay rect{stroke-width:1}
.overlay text{font-size:10.5px;font-weight:650;text-anchor:middle}
.overlay .bad rect{fill:light-dark(#fde7e4,#4a1a17);stroke:light-dark(#b3261e,#f2877f)}
.overlay .bad text{fill:light-dark(#8c1d18,#ffb4ab)}
.overlay .warn rect{fill:light-dark(#fdf0d5,#42300c);stroke:light-dark(#9a6200,#f0b84a)}
.overlay .warn text{fill:light-dark(#6d4600,#ffd58a)}
.overlay .idle rect{fill:light-dark(#eef1f5,#222c38);stroke:light-dark(#566273,#a2aebd)}
.overlay .idle text{fill:light-dark(#3b4655,#d3dbe5)}
.overlay .cost rect{fill:light-dark(#e6f4ee,#12322a);stroke:light-dark(#0b7a6b,#58c9b8)}
.overlay .cost text{fill:light-dark(#075548,#9ce7da)}
.overlay{pointer-events:none}
`;

/** Replaces what lay there before; undefined takes all away. */
export function drawOverlay(svg: SVGSVGElement, overlaid: Overlaid | undefined): void {
  svg.querySelector(`.${LAYER}`)?.remove();
  for (const hit of svg.querySelectorAll('.hit[data-words]')) {
    hit.setAttribute('aria-label', hit.getAttribute('data-words') ?? '');
    hit.removeAttribute('data-words');
  }
  if (overlaid === undefined) return;
  const layer = document.createElementNS(SVG, 'g');
  layer.setAttribute('class', LAYER);
  layer.setAttribute('aria-hidden', 'true');
  for (const element of svg.querySelectorAll('[data-node],[data-group]')) {
    const id = element.getAttribute('data-node') ?? element.getAttribute('data-group') ?? '';
    const mark = overlaid.marks.get(id);
    const hit = element.querySelector('.hit');
    if (mark === undefined || hit === null) continue;
    const words = hit.getAttribute('aria-label') ?? '';
    hit.setAttribute('data-words', words);
    hit.setAttribute('aria-label', `${words}; ${mark.words}`);
    if (element.getAttribute('display') !== 'none') layer.append(plate(hit, mark, element.hasAttribute('data-node')));
  }
  svg.querySelector('.camera')?.append(layer);
}

/** On the upper edge, at its end: there nothing of a card or of a group's head is covered. */
function plate(hit: Element, mark: { text: string; tone: string; words: string }, node: boolean): SVGGElement {
  const number = (name: string): number => Number(hit.getAttribute(name) ?? 0);
  const width = mark.text.length * CHARACTER + 12;
  const x = number('x') + number('width') - width - (node ? 2 : 8);
  const y = number('y') - (node ? 5 : 9);
  const group = document.createElementNS(SVG, 'g');
  const box = document.createElementNS(SVG, 'rect');
  const text = document.createElementNS(SVG, 'text');
  const set = (element: Element, values: Record<string, string | number>): void => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, String(value)));
  group.setAttribute('class', mark.tone);
  set(box, { x, y, width, height: HEIGHT, rx: 8.5 });
  set(text, { x: x + width / 2, y: y + 12.2 });
  text.textContent = mark.text;
  group.append(box, text);
  return group;
}
