/**
 * Orthogonal routes through the gutters, without a search: a line climbs from its source to the border
 * of what contains both ends, crosses the columns between, and descends to its target.
 *
 * A line stays at its height as long as nothing is in the way, so most lines bend once, in the last
 * gutter before the target. Where a column is in the way it takes the passage between two boxes that is
 * nearest to both heights. No route crosses a box that is not around one of its ends, by construction.
 */
import type { Box, Column, Gutter } from './boxes.ts';
import { contentBottom, contentTop } from './heights.ts';
import { PASSING_ABOVE, PASSING_BELOW, PASSING_GROUP } from './measure.ts';
import type { PortedLine, Side } from './ports.ts';

/** A height that a line runs at; shared by all lines of a bundle in a passage. */
export interface Level {
  y: number;
}

/** Where a line changes its height. */
export interface Turn {
  gutter: Gutter;
  before: Level;
  after: Level;
}

export interface Route {
  ported: PortedLine;
  /** What shares lanes and passages. */
  bundle: string;
  turns: Turn[];
  first: Level;
  last: Level;
  /** Where the line crosses into what contains its target; the label stands there when the line keeps its height behind. */
  label: { gutter: Gutter; arrives: Side } | undefined;
}

interface Passage {
  low: number;
  high: number;
  bundles: Map<string, Level>;
}

/** Free intervals of a column between `low` and `high`, from top to bottom. */
function freeIntervals(column: Column, low: number, high: number): { low: number; high: number }[] {
  const intervals: { low: number; high: number }[] = [];
  let from = low;
  for (const item of column.items) {
    intervals.push({ low: from, high: item.y - (item.node === undefined ? PASSING_GROUP : PASSING_ABOVE) });
    from = item.y + item.height + (item.node === undefined ? PASSING_GROUP : PASSING_BELOW);
  }
  intervals.push({ low: from, high });
  return intervals.filter((interval) => interval.high >= interval.low);
}

export class Router {
  readonly #passages = new Map<string, Passage>();

  /** All routes, with the lines that share a passage side by side. */
  routes(lines: readonly PortedLine[]): Route[] {
    const routes = lines.map((line) => this.#route(line));
    for (const passage of this.#passages.values()) {
      const levels = [...passage.bundles.values()];
      const step = Math.min(6, (passage.high - passage.low) / Math.max(1, levels.length - 1));
      const center = (passage.low + passage.high) / 2;
      levels.forEach((level, index) => {
        level.y = center + (index - (levels.length - 1) / 2) * step;
      });
    }
    return routes;
  }

  #route(ported: PortedLine): Route {
    const { container, left, right } = ported;
    const bundle = ported.fromPort.lines > 1 && ported.fromPort.lines >= ported.toPort.lines ? ported.fromPort.key : ported.toPort.key;
    const start: Level = { y: ported.fromPort.y };
    if (ported.vertical !== undefined) return { ported, bundle, turns: [], first: start, last: start, label: undefined };
    const end: Level = { y: ported.toPort.y };
    if (left === undefined || right === undefined) return this.#toBorder(ported, bundle, start, end);
    const out = this.#climb(ported.line.from, left, ported.fromSide, start, end.y, bundle);
    const back = this.#climb(ported.line.to, right, ported.toSide, end, out.level.y, bundle);
    const gutters: Gutter[] = [];
    const columns: Column[] = [];
    const step = ported.fromSide === 'right' ? 1 : -1;
    const from = left.column + (step === 1 ? 1 : 0);
    const to = right.column + (ported.toSide === 'right' ? 1 : 0);
    for (let index = from; index !== to; index += step) {
      gutters.push(container.gutters[index] as Gutter);
      columns.push(container.columns[step === 1 ? index : index - 1] as Column);
    }
    gutters.push(container.gutters[to] as Gutter);
    const middle = this.#cross(container, columns, gutters, out.level, back.level, bundle);
    const label = back.turns.length === 0 ? { gutter: container.gutters[to] as Gutter, arrives: ported.toSide === 'left' ? 'right' as const : 'left' as const } : undefined;
    return { ported, bundle, first: start, last: end, label, turns: [...out.turns, ...middle, ...back.turns.reverse().map((turn) => ({ gutter: turn.gutter, before: turn.after, after: turn.before }))] };
  }

  /** One end contains the other: the line ends at the inner side of its border. */
  #toBorder(ported: PortedLine, bundle: string, start: Level, end: Level): Route {
    const { left } = ported;
    const inner = left === undefined ? ported.line.to : ported.line.from;
    const level = left === undefined ? end : start;
    const way = this.#climb(inner, ported.container, left === undefined ? 'left' : 'right', level, level.y, bundle);
    if (left !== undefined) {
      return { ported, bundle, first: start, last: way.level, turns: way.turns, label: undefined };
    }
    return { ported, bundle, first: way.level, last: end, label: undefined, turns: way.turns.reverse().map((turn) => ({ gutter: turn.gutter, before: turn.after, after: turn.before })) };
  }

  /** From `box` out through the `side` of `until`, which is it or is around it. */
  #climb(box: Box, until: Box, side: Side, start: Level, towards: number, bundle: string): { level: Level; turns: Turn[] } {
    const turns: Turn[] = [];
    let level = start;
    let current = box;
    while (current !== until && current.parent !== undefined) {
      const parent: Box = current.parent;
      const columns = side === 'right' ? parent.columns.slice(current.column + 1) : parent.columns.slice(0, current.column).reverse();
      const gutters = side === 'right' ? parent.gutters.slice(current.column + 1) : parent.gutters.slice(0, current.column + 1).reverse();
      const found = this.#passing(parent, columns, level, towards, bundle);
      found.forEach((next, index) => {
        if (next !== level) turns.push({ gutter: gutters[index] as Gutter, before: level, after: next });
        level = next;
      });
      current = parent;
    }
    return { level, turns };
  }

  /** Over `columns`, which stand between `gutters`, from one level to another. */
  #cross(container: Box, columns: readonly Column[], gutters: readonly Gutter[], from: Level, to: Level, bundle: string): Turn[] {
    const turns: Turn[] = [];
    let level = from;
    const levels = this.#passing(container, columns, from, to.y, bundle, to);
    [...levels, to].forEach((next, index) => {
      if (next !== level) turns.push({ gutter: gutters[index] as Gutter, before: level, after: next });
      level = next;
    });
    return turns;
  }

  /** The level in each of `columns`: straight on if possible, else straight at the goal's height, else one passage for all, else passage by passage. */
  #passing(container: Box, columns: readonly Column[], from: Level, towards: number, bundle: string, goal?: Level): Level[] {
    if (columns.length === 0) return [];
    const low = contentTop(container) - 10;
    const high = contentBottom(container) + 18;
    const free = columns.map((column) => freeIntervals(column, low, high));
    const isFree = (index: number, y: number): boolean => (free[index] ?? []).some((interval) => y >= interval.low - 0.01 && y <= interval.high + 0.01);
    const allFree = (y: number): boolean => free.every((_, index) => isFree(index, y));
    if (allFree(from.y)) return columns.map(() => from);
    if (goal !== undefined && allFree(goal.y)) return columns.map(() => goal);
    const distance = (y: number): number => Math.abs(y - from.y) + Math.abs(y - towards);
    let shared: { low: number; high: number; y: number } | undefined;
    for (const interval of free.flat()) {
      const y = (interval.low + interval.high) / 2;
      if ((shared === undefined || distance(y) < distance(shared.y) - 0.01) && allFree(y)) shared = { ...interval, y };
    }
    if (shared !== undefined) {
      const level = this.#passage(container, shared, free.map((intervals) => intervals.find((one) => one.low <= (shared?.y ?? 0) && one.high >= (shared?.y ?? 0))), bundle);
      return columns.map(() => level);
    }
    let current = from;
    return free.map((intervals, index) => {
      if (isFree(index, current.y)) return current;
      const near = (interval: { low: number; high: number }): number => Math.abs((interval.low + interval.high) / 2 - current.y) + 0.3 * Math.abs((interval.low + interval.high) / 2 - towards);
      const best = intervals.reduce((a, b) => (near(b) < near(a) ? b : a), intervals[0] ?? { low: current.y, high: current.y });
      current = this.#passage(container, { ...best, y: (best.low + best.high) / 2 }, [best], bundle);
      return current;
    });
  }

  #passage(container: Box, at: { y: number }, intervals: readonly ({ low: number; high: number } | undefined)[], bundle: string): Level {
    const known = intervals.flatMap((interval) => interval ?? []);
    const low = Math.max(...known.map((interval) => interval.low), at.y - 40);
    const high = Math.min(...known.map((interval) => interval.high), at.y + 40);
    const key = `${container.id} ${Math.round(at.y)}`;
    const passage = this.#passages.get(key) ?? { low, high, bundles: new Map<string, Level>() };
    passage.low = Math.max(passage.low, low);
    passage.high = Math.min(passage.high, high);
    this.#passages.set(key, passage);
    const level = passage.bundles.get(bundle) ?? { y: at.y };
    passage.bundles.set(bundle, level);
    return level;
  }
}
