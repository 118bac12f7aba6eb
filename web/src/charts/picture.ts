/**
 * A figure as one SVG file that looks as it does on the page: in the present colours, without the page's
 * styles or fonts.
 *
 * Some pictures are drawn with SVG, some with boxes, most with both (lines below, linked boxes above). So
 * the figure is read as it is laid out: an `svg` is taken over with its computed styles, a box with a
 * ground or a border becomes a rectangle, and text stands where the browser put each of its lines.
 * Controls, data tables and what only readers hear stay out.
 */
const NAMESPACE = 'http://www.w3.org/2000/svg';
const PADDING = 16;
const KEPT = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'color', 'font-family', 'font-size', 'font-weight', 'text-anchor'];
const NOT_COPIED = /^(class|style|tabindex|role|aria-.*|data-.*|xmlns.*)$/;
const LEFT_OUT = 'details, [data-tools], .unseen, script, style, title';

type Corner = Pick<DOMRect, 'left' | 'top'>;

/** The whole file; `figure` must be on the page. */
export function picture(figure: HTMLElement): string {
  const area = figure.getBoundingClientRect();
  const drawn = document.createElementNS(NAMESPACE, 'svg');
  const width = Math.ceil(Math.max(area.width, figure.scrollWidth)) + 2 * PADDING;
  const ground = document.createElementNS(NAMESPACE, 'rect');
  setAttributes(ground, { width: '100%', height: '100%', fill: groundOf(figure) });
  drawn.append(ground);
  draw(figure, { left: area.left - PADDING, top: area.top - PADDING }, drawn);
  const bottom = Math.max(0, ...[...drawn.children].map((child) => Number(child.getAttribute('data-bottom') ?? 0)));
  const height = Math.ceil(bottom) + PADDING;
  setAttributes(drawn, { xmlns: NAMESPACE, width: String(width), height: String(height), viewBox: `0 0 ${width} ${height}` });
  return `${new XMLSerializer().serializeToString(drawn)}\n`;
}

function setAttributes(element: Element, attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** The first ground behind the figure that is not transparent. */
function groundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!transparent(colour)) return colour;
  }
  return 'white';
}

function transparent(colour: string): boolean {
  return colour === 'transparent' || /^rgba\(.*,\s*0\)$/.test(colour) || /\/\s*0\)$/.test(colour);
}

function draw(element: Element, origin: Corner, into: SVGElement): void {
  if (element.matches(LEFT_OUT)) return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  if (element instanceof SVGSVGElement) return drawSvg(element, origin, into);
  drawBox(element, style, origin, into);
  for (const child of element.childNodes) {
    if (child instanceof Text) drawText(child, style, origin, into);
    else if (child instanceof Element) draw(child, origin, into);
  }
}

function drawSvg(source: SVGSVGElement, origin: Corner, into: SVGElement): void {
  const area = source.getBoundingClientRect();
  const copy = copyOf(source);
  setAttributes(copy, { x: String(area.left - origin.left), y: String(area.top - origin.top), width: String(area.width), height: String(area.height), overflow: 'visible', 'data-bottom': String(area.bottom - origin.top) });
  into.append(copy);
}

/** With the computed style as attributes: a `style` attribute, even on an element that is never shown, the page's policy forbids. */
function copyOf(source: SVGElement): SVGElement {
  const copy = document.createElementNS(NAMESPACE, source.tagName);
  for (const { name, value } of source.attributes) if (!NOT_COPIED.test(name)) copy.setAttribute(name, value);
  const style = getComputedStyle(source);
  for (const name of KEPT) copy.setAttribute(name, style.getPropertyValue(name));
  for (const child of source.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    else if (child instanceof SVGElement && child.tagName !== 'title') copy.append(copyOf(child));
  }
  return copy;
}

function drawBox(element: Element, style: CSSStyleDeclaration, origin: Corner, into: SVGElement): void {
  const border = Number.parseFloat(style.borderTopWidth);
  const bare = transparent(style.backgroundColor);
  const area = element.getBoundingClientRect();
  const below = Number.parseFloat(style.borderBottomWidth);
  if (border === 0 && below > 0) {
    const line = document.createElementNS(NAMESPACE, 'rect');
    setAttributes(line, { x: String(area.left - origin.left), y: String(area.bottom - below - origin.top), width: String(area.width), height: String(below), fill: style.borderBottomColor });
    into.append(line);
  }
  if (bare && border === 0) return;
  const box = document.createElementNS(NAMESPACE, 'rect');
  setAttributes(box, {
    x: String(area.left - origin.left + border / 2), y: String(area.top - origin.top + border / 2), width: String(Math.max(0, area.width - border)), height: String(Math.max(0, area.height - border)),
    rx: String(Number.parseFloat(style.borderTopLeftRadius) || 0), fill: bare ? 'none' : style.backgroundColor, 'data-bottom': String(area.bottom - origin.top),
    ...(border > 0 ? { stroke: style.borderTopColor, 'stroke-width': String(border) } : {}),
  });
  into.append(box);
}

/** Words that the browser put on one line are one piece of text. */
function drawText(node: Text, style: CSSStyleDeclaration, origin: Corner, into: SVGElement): void {
  const lines = new Map<number, { text: string; area: DOMRect }>();
  for (const word of node.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const area = range.getBoundingClientRect();
    if (area.width === 0) continue;
    const line = lines.get(area.top);
    if (line === undefined) lines.set(area.top, { text: word[0], area });
    else line.text += ` ${word[0]}`;
  }
  for (const { text, area } of lines.values()) {
    const piece = document.createElementNS(NAMESPACE, 'text');
    const size = Number.parseFloat(style.fontSize);
    setAttributes(piece, { x: String(area.left - origin.left), y: String(area.top - origin.top + (area.height + size * 0.72) / 2), fill: style.color, 'font-family': style.fontFamily, 'font-size': style.fontSize, 'font-weight': style.fontWeight, 'data-bottom': String(area.bottom - origin.top) });
    piece.textContent = text;
    into.append(piece);
  }
}
