/**
 * The relations of a set of entities that changes: the same answer as `relate` over all of them, for the cost
 * of the entity that changed.
 *
 * A catalog of 100,000 entities changes all day, and going through all of it for each change would stop the
 * process for seconds. Equal edges of many entities (all that one team owns) are kept once.
 */
import { inverse, sortedRelations, type Relation } from './relations.ts';

interface Edge extends Relation {
  sources: Set<string>;
}

export class RelationIndex {
  readonly #declared = new Map<string, Edge[]>();
  readonly #incoming = new Map<string, Edge[]>();

  /** Sets what an entity declares; answers the references whose relations are others now, without the entity's own. */
  put(source: string, declared: readonly Relation[]): string[] {
    const old = this.#declared.get(source) ?? [];
    if (old.length === declared.length && declared.every(({ type, targetRef }, index) => old[index]?.type === type && old[index].targetRef === targetRef)) return [];
    const edges = declared.map((relation) => this.#edge(relation));
    const gained = edges.filter((edge) => !edge.sources.has(source));
    const lost = old.filter((edge) => !edges.includes(edge));
    for (const edge of gained) edge.sources.add(source);
    for (const edge of lost) this.#leave(edge, source);
    if (edges.length === 0) this.#declared.delete(source);
    else this.#declared.set(source, edges);
    return [...new Set([...gained, ...lost].map((edge) => edge.targetRef))].filter((target) => target !== source);
  }

  /** Forgets what an entity declared; answers as `put`. What others declare about it stays. */
  remove(source: string): string[] {
    return this.put(source, []);
  }

  /** Outgoing edges in both senses: what the entity declares, and what others declare about it; sorted, each once. */
  of(source: string): Relation[] {
    const outgoing = new Map<string, Relation>();
    const add = (type: Relation['type'], targetRef: string): void => void outgoing.set(`${type} ${targetRef}`, { type, targetRef });
    for (const { type, targetRef } of this.#declared.get(source) ?? []) add(type, targetRef);
    for (const { type, sources } of this.#incoming.get(source) ?? []) for (const other of sources) add(inverse(type), other);
    return sortedRelations(outgoing.values());
  }

  #edge({ type, targetRef }: Relation): Edge {
    const towards = this.#incoming.get(targetRef);
    const known = towards?.find((edge) => edge.type === type);
    if (known !== undefined) return known;
    const edge: Edge = { type, targetRef, sources: new Set() };
    if (towards === undefined) this.#incoming.set(targetRef, [edge]);
    else towards.push(edge);
    return edge;
  }

  #leave(edge: Edge, source: string): void {
    edge.sources.delete(source);
    if (edge.sources.size > 0) return;
    const others = this.#incoming.get(edge.targetRef)?.filter((other) => other !== edge) ?? [];
    if (others.length === 0) this.#incoming.delete(edge.targetRef);
    else this.#incoming.set(edge.targetRef, others);
  }
}
