/**
 * A drawing in a shadow tree: its rules and the console's do not meet, and no style or script is written into the
 * page, which the content security policy would refuse. The markup is the drawing engine's own; here is what moves.
 */
import type { Drawing } from '../../../src/api/contract/infrastructure-page.ts';
import { begun, fitted, panned, zoomed, type Camera } from './camera.ts';
import { drawFocus, drawFolds } from './folding.ts';
import { drawOverlay, OVERLAY_STYLE } from './overlay-layer.ts';
import type { Overlaid } from './overlay.ts';
import type { PartIndex } from './part-index.ts';

export interface DiagramEvents {
  choose(id: string | undefined): void;
  /** Somebody wants to see the inside, drawn alone. */
  open(diagram: string): void;
  fold(id: string): void;
}

const STEP = 60;
const CLICK = 3;

function idOf(target: EventTarget | null): string | undefined {
  const part = target instanceof Element ? target.closest('[data-node],[data-group]') : null;
  return part?.getAttribute('data-node') ?? part?.getAttribute('data-group') ?? undefined;
}

export class DiagramView {
  readonly #host: HTMLElement;
  readonly #drawing: Drawing;
  readonly #index: PartIndex;
  readonly #events: DiagramEvents;
  readonly #svg: SVGSVGElement;
  readonly #end = new AbortController();
  readonly #resize: ResizeObserver;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  /** The person has moved: a resized window no longer fits the picture anew. */
  #own = false;
  #chosen: string | undefined;
  #overlaid: Overlaid | undefined;
  #moved = 0;
  #distance = 0;

  constructor(host: HTMLElement, drawing: Drawing, index: PartIndex, events: DiagramEvents) {
    this.#host = host;
    this.#drawing = drawing;
    this.#index = index;
    this.#events = events;
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    const rules = new CSSStyleSheet();
    rules.replaceSync(`${drawing.style}${OVERLAY_STYLE}`);
    root.adoptedStyleSheets = [rules];
    const template = document.createElement('template');
    template.innerHTML = drawing.svg;
    root.replaceChildren(template.content);
    this.#svg = root.querySelector('svg') as SVGSVGElement;
    this.#listen();
    this.#resize = new ResizeObserver(() => this.#resized());
    this.#resize.observe(host);
    this.begin();
  }

  destroy(): void {
    this.#end.abort();
    this.#resize.disconnect();
  }

  /** As it is shown first. */
  begin(): void {
    this.#own = false;
    this.#look(begun(this.#box(), this.#drawing));
  }

  fit(): void {
    this.#own = true;
    this.#look(fitted(this.#box(), this.#drawing));
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const { width, height } = this.#box();
    this.#own = true;
    this.#look(zoomed(this.#camera, factor, at ?? { x: width / 2, y: height / 2 }));
  }

  fold(folded: ReadonlySet<string>): void {
    drawFolds(this.#svg, this.#index, folded);
    drawOverlay(this.#svg, this.#overlaid);
  }

  overlay(overlaid: Overlaid | undefined): void {
    this.#overlaid = overlaid;
    drawOverlay(this.#svg, overlaid);
  }

  mark(chosen: string | undefined, found: readonly string[]): void {
    this.#chosen = chosen;
    const marked = new Set(found);
    for (const element of this.#svg.querySelectorAll('[data-node],[data-group]')) {
      const id = idOf(element) ?? '';
      element.classList.toggle('chosen', id === chosen);
      element.classList.toggle('found', marked.has(id));
    }
  }

  /** Brings a part into sight and gives it the focus. */
  goTo(id: string): void {
    const target = this.#element(id);
    if (target === undefined) return;
    this.#reveal(target);
    target.querySelector<SVGElement>('.hit')?.focus({ preventScroll: true });
  }

  #element(id: string): Element | undefined {
    return [...this.#svg.querySelectorAll('[data-node],[data-group]')].find((element) => idOf(element) === id);
  }

  /** Details that open beside the picture make it narrower: what they are about stays in sight. */
  #resized(): void {
    const own = this.#own;
    if (!own) this.begin();
    const chosen = this.#chosen === undefined ? undefined : this.#element(this.#chosen);
    if (chosen === undefined) return;
    this.#reveal(chosen);
    this.#own = own;
  }

  #box(): { width: number; height: number } {
    const { width, height } = this.#host.getBoundingClientRect();
    return { width, height };
  }

  #look(camera: Camera): void {
    this.#camera = camera;
    this.#svg.querySelector('.camera')?.setAttribute('transform', `translate(${camera.x.toFixed(2)} ${camera.y.toFixed(2)}) scale(${camera.scale.toFixed(4)})`);
  }

  #pan(dx: number, dy: number): void {
    this.#own = true;
    this.#look(panned(this.#camera, dx, dy));
  }

  #reveal(target: Element): void {
    const box = this.#host.getBoundingClientRect();
    const own = target.getBoundingClientRect();
    if (own.left >= box.left && own.right <= box.right && own.top >= box.top && own.bottom <= box.bottom) return;
    this.#pan(box.left + box.width / 2 - (own.left + own.width / 2), box.top + box.height / 2 - (own.top + own.height / 2));
  }

  #listen(): void {
    const { signal } = this.#end;
    const svg = this.#svg;
    svg.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    window.addEventListener('pointermove', (event) => this.#move(event), { signal });
    for (const name of ['pointerup', 'pointercancel'] as const) window.addEventListener(name, (event) => this.#release(event), { signal });
    svg.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
    svg.addEventListener('click', (event) => this.#click(event), { signal });
    svg.addEventListener('dblclick', (event) => {
      const group = event.target instanceof Element ? event.target.closest('[data-group]')?.getAttribute('data-group') : undefined;
      if (group !== undefined && group !== null) this.#events.fold(group);
    }, { signal });
    svg.addEventListener('mouseover', (event) => drawFocus(svg, this.#index, idOf(event.target)), { signal });
    svg.addEventListener('mouseleave', () => drawFocus(svg, this.#index, undefined), { signal });
    svg.addEventListener('focusin', (event) => {
      drawFocus(svg, this.#index, idOf(event.target));
      if (event.target instanceof Element && event.target.matches(':focus-visible')) this.#reveal(event.target);
    }, { signal });
    svg.addEventListener('focusout', () => drawFocus(svg, this.#index, undefined), { signal });
    svg.addEventListener('keydown', (event) => this.#key(event), { signal });
  }

  #press(event: PointerEvent): void {
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#moved = 0;
    this.#distance = 0;
  }

  #move(event: PointerEvent): void {
    const last = this.#pointers.get(event.pointerId);
    if (last === undefined) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#moved += Math.abs(dx) + Math.abs(dy);
    const [one, other] = [...this.#pointers.values()];
    if (one === undefined || other === undefined) {
      if (this.#moved > CLICK) this.#pan(dx, dy);
      return;
    }
    const distance = Math.hypot(one.x - other.x, one.y - other.y);
    const box = this.#host.getBoundingClientRect();
    if (this.#distance > 0) this.zoom(distance / this.#distance, { x: (one.x + other.x) / 2 - box.left, y: (one.y + other.y) / 2 - box.top });
    this.#distance = distance;
  }

  #release(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    this.#distance = 0;
  }

  /** A wheel alone scrolls the page, which the picture is only a part of; with Ctrl, or when the picture has the whole screen, it zooms. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && document.fullscreenElement === null) return;
    event.preventDefault();
    const box = this.#host.getBoundingClientRect();
    this.zoom(1.0015 ** (-event.deltaY * (event.deltaMode === 1 ? 16 : event.ctrlKey ? 4 : 1)), { x: event.clientX - box.left, y: event.clientY - box.top });
  }

  #click(event: MouseEvent): void {
    if (this.#moved > CLICK) return;
    const opens = event.target instanceof Element ? event.target.closest('[data-opens]')?.getAttribute('data-opens') : undefined;
    if (opens !== undefined && opens !== null) this.#events.open(opens);
    else this.#events.choose(idOf(event.target));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = idOf(event.target);
    const part = id === undefined ? undefined : this.#index.get(id);
    const arrows: Record<string, [number, number]> = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
    const arrow = arrows[event.key];
    if (event.key === '+' || event.key === '=') this.zoom(1.25);
    else if (event.key === '-') this.zoom(0.8);
    else if (event.key === '0') this.fit();
    else if (event.key === 'f' && part !== undefined && !part.node) this.#events.fold(part.id);
    else if (event.key === 'o' && part?.opens !== undefined) this.#events.open(part.opens);
    else if ((event.key === 'Enter' || event.key === ' ') && part !== undefined) this.#events.choose(part.id);
    else if (event.key === 'Escape') this.#events.choose(undefined);
    else if (arrow !== undefined) this.#pan(...arrow);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
