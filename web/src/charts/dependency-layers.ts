/**
 * Where the nodes of a dependency graph stand: who needs something left of what is needed, and as near to
 * it as possible. Pure.
 *
 * A line that spans several columns gets a slot in each between, so that it runs between nodes and not
 * behind them. Within a column slots are ordered by the middle of their neighbours to the left, so that
 * lines cross little. A cycle is cut where it is met again.
 */
import { layers } from './layers.ts';

export interface Edge {
  from: string;
  to: string;
}

/** A node, or the place where a line passes. */
export interface Slot {
  id: string;
  /** Absent: a line passes here. */
  ref?: string;
}

export interface Layout {
  columns: Slot[][];
  /** Ids of the slots that each line goes through, from its first node to its last; same order as the edges. */
  lines: string[][];
}

export function layOut(refs: readonly string[], edges: readonly Edge[]): Layout {
  const byHeight = layers(refs.map((name) => ({ name, needs: edges.filter((edge) => edge.from === name && edge.to !== name).map((edge) => edge.to) })));
  const columns: Slot[][] = byHeight.toReversed().map((column) => column.map(({ name }) => ({ id: name, ref: name })));
  const columnOf = new Map(columns.flatMap((column, index) => column.map((slot) => [slot.id, index] as const)));
  const lines = edges.map((edge, index) => {
    const first = columnOf.get(edge.from) ?? 0;
    const last = columnOf.get(edge.to) ?? 0;
    const between = Array.from({ length: Math.max(0, last - first - 1) }, (_, step) => ({ id: `${index} ${step}` }));
    for (const [step, slot] of between.entries()) columns[first + 1 + step]?.push(slot);
    return [edge.from, ...between.map((slot) => slot.id), edge.to];
  });
  return { columns: ordered(columns, lines), lines };
}

function ordered(columns: readonly Slot[][], lines: readonly string[][]): Slot[][] {
  const before = new Map<string, string[]>();
  for (const line of lines) for (const [index, id] of line.entries()) if (index > 0) before.set(id, [...(before.get(id) ?? []), line[index - 1] ?? '']);
  const place = new Map<string, number>();
  return columns.map((column) => {
    const middle = (slot: Slot): number => {
      const left = (before.get(slot.id) ?? []).flatMap((id) => place.get(id) ?? []);
      return left.length === 0 ? 1 : left.reduce((sum, at) => sum + at, 0) / left.length;
    };
    const sorted = column.toSorted((a, b) => middle(a) - middle(b) || (a.id < b.id ? -1 : 1));
    for (const [index, slot] of sorted.entries()) place.set(slot.id, (index + 0.5) / sorted.length);
    return sorted;
  });
}
