/** The parts of one drawing by id, what contains them, and what they are connected with. Pure. */
import type { Drawing, DrawnEdge, DrawnPart } from '../../../src/api/contract/infrastructure-page.ts';

const DEEPEST = 100;

export class PartIndex {
  readonly parts: readonly DrawnPart[];
  readonly #byId: ReadonlyMap<string, DrawnPart>;
  readonly #edges: readonly DrawnEdge[];

  constructor(drawing: Pick<Drawing, 'parts' | 'edges'>) {
    this.parts = drawing.parts;
    this.#byId = new Map(drawing.parts.map((part) => [part.id, part]));
    this.#edges = drawing.edges;
  }

  get(id: string): DrawnPart | undefined {
    return this.#byId.get(id);
  }

  /** Groups around a part, the innermost first. */
  around(id: string): string[] {
    const chain: string[] = [];
    for (let at = this.get(id)?.parent; at !== undefined && chain.length < DEEPEST; at = this.get(at)?.parent) chain.push(at);
    return chain;
  }

  inside(id: string, group: string): boolean {
    return id === group || this.around(id).includes(group);
  }

  /** The folded group that hides a part. */
  hiddenBy(id: string, folded: ReadonlySet<string>): string | undefined {
    return this.around(id).find((group) => folded.has(group));
  }

  /** Lines that lead from a part, or from within it, to elsewhere. */
  connections(id: string): { edge: DrawnEdge; other: string; outward: boolean }[] {
    return this.#edges
      .filter((edge) => this.inside(edge.from, id) !== this.inside(edge.to, id))
      .map((edge) => ({ edge, outward: this.inside(edge.from, id), other: this.inside(edge.from, id) ? edge.to : edge.from }));
  }

  nodesIn(group: string): number {
    return this.parts.filter((part) => part.node && this.inside(part.id, group)).length;
  }

  /** Parts whose label, kind or address has the words. */
  find(words: string): DrawnPart[] {
    const wanted = words.trim().toLowerCase();
    return wanted === '' ? [] : this.parts.filter((part) => [part.label, part.sublabel ?? '', ...part.addresses].some((text) => text.toLowerCase().includes(wanted)));
  }
}
