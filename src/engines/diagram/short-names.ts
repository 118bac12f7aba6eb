/**
 * Names without what nearly all of them begin with.
 *
 * Teams put system and environment before every name: `shop-production-orders`, `shop-production-cache`.
 * In a picture that says which system it is, the beginning fills the cards and cuts off what tells the
 * parts apart. It is left out when most parts share it, a note says so, and the details keep the whole name.
 */
import type { Diagram, DiagramDetail, DiagramGroup, DiagramNode } from './diagram.ts';

const LEAST_SHARE = 0.5;
const LEAST_PARTS = 5;
const SHORTEST_PREFIX = 4;
// Words of a name in the code are no beginning: `container app` is more than `app`.
const SEPARATORS = '-_./';

/** The longest beginning, up to and with a separator, that at least half of the names have; at least five of them. */
export function sharedBeginning(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let at = SHORTEST_PREFIX - 1; at < name.length - 1; at += 1) {
      if (!SEPARATORS.includes(name[at] ?? '')) continue;
      const beginning = name.slice(0, at + 1);
      counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
    }
  }
  const enough = [...counts].filter(([, count]) => count >= Math.max(LEAST_PARTS, names.length * LEAST_SHARE));
  return enough.map(([beginning]) => beginning).sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
}

/** All diagrams of a set with the same short names. */
export function withShortNames(diagrams: readonly Diagram[]): Diagram[] {
  const names = new Map<string, string>();
  for (const diagram of diagrams) for (const part of [...diagram.nodes, ...diagram.groups]) if (part.addresses.length > 0) names.set(part.id, part.label);
  const beginning = sharedBeginning([...names.values()]);
  if (beginning === undefined) return [...diagrams];
  const shorten = <Part extends DiagramNode | DiagramGroup>(part: Part): Part => {
    if (!part.label.startsWith(beginning) || part.label.length <= beginning.length + 1) return part;
    return { ...part, label: part.label.slice(beginning.length), details: withName(part.details, part.label) };
  };
  return diagrams.map((diagram) => {
    const nodes = diagram.nodes.map(shorten);
    const groups = diagram.groups.map(shorten);
    const changed = [...nodes, ...groups].some((part, at) => part !== [...diagram.nodes, ...diagram.groups][at]);
    return changed ? { ...diagram, nodes, groups, notes: [...diagram.notes, `Names are shown without "${beginning}" at their beginning.`] } : diagram;
  });
}

function withName(details: readonly DiagramDetail[], name: string): readonly DiagramDetail[] {
  return details.some((detail) => detail.value === name) ? details : [{ name: 'name', value: name }, ...details];
}
