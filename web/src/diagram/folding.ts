/**
 * Folded groups in the picture: what is inside is hidden, lines within go, and a cover says how many parts are there.
 * The frame keeps its place, so that a reader's map of the picture holds.
 */
import type { PartIndex } from './part-index.ts';

const SVG = 'http://www.w3.org/2000/svg';
const HEADER = 30;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxOf(element: Element | null): Box {
  const number = (name: string): number => Number(element?.getAttribute(name) ?? 0);
  return { x: number('x'), y: number('y'), width: number('width'), height: number('height') };
}

function display(element: Element, shown: boolean): void {
  if (shown) element.removeAttribute('display');
  else element.setAttribute('display', 'none');
}

function cover(box: Box, parts: number): SVGGElement {
  const group = document.createElementNS(SVG, 'g');
  const shade = document.createElementNS(SVG, 'rect');
  const text = document.createElementNS(SVG, 'text');
  const top = box.y + HEADER;
  const height = Math.max(0, box.height - HEADER);
  const set = (element: Element, values: Record<string, string | number>): void => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, String(value)));
  set(shade, { class: 'cover', x: box.x, y: top, width: box.width, height, rx: 8 });
  set(text, { class: 'muted', x: box.x + box.width / 2, y: top + height / 2 + 4, 'font-size': 12, 'text-anchor': 'middle' });
  text.textContent = parts === 1 ? '1 part folded' : `${parts} parts folded`;
  group.append(shade, text);
  return group;
}

/** Makes the picture show what is folded. */
export function drawFolds(svg: SVGSVGElement, index: PartIndex, folded: ReadonlySet<string>): void {
  const covers = svg.querySelector('.covers');
  covers?.replaceChildren();
  const hidden = (id: string): boolean => index.hiddenBy(id, folded) !== undefined;
  for (const element of svg.querySelectorAll('[data-node],[data-group],[data-frame]')) {
    display(element, !hidden(element.getAttribute('data-node') ?? element.getAttribute('data-group') ?? element.getAttribute('data-frame') ?? ''));
  }
  const gone = new Set<string>();
  for (const element of svg.querySelectorAll('[data-edge]')) {
    const [from, to] = [element.getAttribute('data-from') ?? '', element.getAttribute('data-to') ?? ''];
    const within = [...folded].some((group) => index.inside(from, group) && index.inside(to, group));
    if (within) gone.add(element.getAttribute('data-edge') ?? '');
    display(element, !within);
  }
  const boxes: Box[] = [];
  for (const frame of svg.querySelectorAll('[data-frame]')) {
    const id = frame.getAttribute('data-frame') ?? '';
    if (!folded.has(id) || hidden(id)) continue;
    const box = boxOf(frame.querySelector('rect'));
    boxes.push(box);
    covers?.append(cover(box, index.nodesIn(id)));
  }
  for (const label of svg.querySelectorAll('[data-label]')) {
    const { x, y, width } = boxOf(label.querySelector('rect'));
    const covered = boxes.some((box) => x + width / 2 > box.x && x + width / 2 < box.x + box.width && y + 7 > box.y && y + 7 < box.y + box.height);
    display(label, !covered && !gone.has(label.getAttribute('data-label') ?? ''));
  }
}

/** Dims what has nothing to do with a part; undefined dims nothing. */
export function drawFocus(svg: SVGSVGElement, index: PartIndex, id: string | undefined): void {
  for (const element of svg.querySelectorAll('.near')) element.classList.remove('near');
  svg.classList.toggle('focused', id !== undefined);
  if (id === undefined) return;
  const near = new Set([id]);
  const lines = new Set<string>();
  for (const element of svg.querySelectorAll('[data-edge]')) {
    const [from, to] = [element.getAttribute('data-from') ?? '', element.getAttribute('data-to') ?? ''];
    if (![from, to].some((end) => index.inside(end, id) || index.inside(id, end))) continue;
    near.add(from).add(to);
    lines.add(element.getAttribute('data-edge') ?? '');
    element.classList.add('near');
  }
  for (const element of svg.querySelectorAll('[data-label]')) if (lines.has(element.getAttribute('data-label') ?? '')) element.classList.add('near');
  for (const element of svg.querySelectorAll('[data-node]')) {
    const own = element.getAttribute('data-node') ?? '';
    if (near.has(own) || index.around(own).some((group) => near.has(group))) element.classList.add('near');
  }
}
