/**
 * Which column of its container each box stands in, from left (the internet) to right (the data).
 *
 * Nodes follow their tier. A network, an account, a region and the zones stand in the middle, so what is
 * before them in the flow is drawn at their left and what is behind at their right. Subnets follow their
 * exposure: public, private, isolated. Other groups follow the mean tier of what they contain. Boxes of
 * one tier that are linked among themselves are drawn apart along the links. Neighbouring columns of
 * unlinked nodes are put together where there is room, a card or two also under an unlinked box, and a
 * column that is too tall is broken. Where that comes out too wide for a page, linked boxes are put under
 * each other too. All of it depends on this container only, so a new node moves what stands beside it and
 * nothing else.
 */
import type { Box, Column } from './boxes.ts';
import { GROUP_GAP, NODE_HEIGHT, NODE_WIDTH, ROW_GAP } from './measure.ts';

const EXPOSURE: Record<string, number> = { public: 1.5, private: 3.5, isolated: 5.5 };
const MIDDLE_KINDS = new Set(['account', 'region', 'network', 'zone']);
const LAYER = 0.08;
const LOOSE_KEY = 7;
const LOOSE_MINIMUM = 3;
const LAYERS_MAXIMUM = 4;
const BREAK = 0.01;
/** A column of cards is broken when it is taller than this many times the wanted height, one with boxes later. */
const BREAK_CARDS_ABOVE = 1.2;
const BREAK_ABOVE = 1.4;
/** Wanted proportion of a container's content: a little wider than tall. */
const PROPORTION = 1.3;
const ROWS_MINIMUM = 4;
/** A container that is wider than this many times its height puts linked boxes under each other. */
const PROPORTION_MAXIMUM = 2.5;
const GUTTER_ESTIMATE = 72;
const CARDS_BESIDE_MAXIMUM = 2;
/** The whole page may be this wide whatever its height. */
const PAGE_WIDTH = 1300;
/** A container of more boxes than this does not leave most of its place empty for the sake of an order. */
const SMALL_CONTAINER = 12;
const FILLED_MINIMUM = 0.6;

/** Links between the children of one container: from child to children. */
export type SiblingLinks = ReadonlyMap<Box, ReadonlySet<Box>>;

function baseKey(box: Box): number {
  if (box.node !== undefined) return box.tier;
  const group = box.group;
  if (group?.kind === 'subnet') return (group.exposure === undefined ? undefined : EXPOSURE[group.exposure]) ?? Math.round(box.tier) + 0.5;
  if (group?.kind === 'external') return box.tier <= 2.5 ? -0.5 : 6;
  return group !== undefined && MIDDLE_KINDS.has(group.kind) ? 2.5 : Math.round(box.tier) + 0.5;
}

function mayBeLayered(box: Box): boolean {
  return box.group === undefined || !(MIDDLE_KINDS.has(box.group.kind) || box.group.kind === 'subnet');
}

/** Longest way over links inside `items`, links that would close a circle left out. */
function layers(items: readonly Box[], links: SiblingLinks): Map<Box, number> {
  const inside = new Set(items);
  const depth = new Map<Box, number>();
  const state = new Map<Box, 'open' | 'done'>();
  const order: Box[] = [];
  const visit = (start: Box): void => {
    const stack: { box: Box; next: Box[] }[] = [{ box: start, next: [...(links.get(start) ?? [])].filter((other) => inside.has(other)) }];
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top === undefined) break;
      const following = top.next.shift();
      if (following === undefined) {
        state.set(top.box, 'done');
        order.push(top.box);
        stack.pop();
      } else if (!state.has(following)) {
        state.set(following, 'open');
        stack.push({ box: following, next: [...(links.get(following) ?? [])].filter((other) => inside.has(other)) });
      }
    }
  };
  for (const item of items) if (!state.has(item)) visit(item);
  const position = new Map(order.map((box, index) => [box, index]));
  for (const box of order.reverse()) {
    const own = depth.get(box) ?? 0;
    depth.set(box, own);
    for (const other of links.get(box) ?? []) {
      if (!inside.has(other) || (position.get(other) ?? 0) >= (position.get(box) ?? 0)) continue;
      depth.set(other, Math.min(LAYERS_MAXIMUM, Math.max(depth.get(other) ?? 0, own + 1)));
    }
  }
  return depth;
}

/** What has no line to outside of itself, when there is more of it beside others that have some: it stands behind the flow, not in its way. */
function looseBoxes(box: Box, linked: ReadonlySet<Box>): ReadonlySet<Box> {
  const loose = box.children.filter((child) => mayBeLayered(child) && !linked.has(child));
  return new Set(loose.length >= LOOSE_MINIMUM && box.children.some((child) => linked.has(child)) ? loose : []);
}

function byKey(box: Box, links: SiblingLinks, linked: ReadonlySet<Box>, layered: boolean): Column[] {
  const classes = new Map<number, Box[]>();
  const loose = looseBoxes(box, linked);
  for (const child of box.children) {
    const key = loose.has(child) ? LOOSE_KEY : baseKey(child);
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [child]);
    else known.push(child);
  }
  const columns = new Map<number, Box[]>();
  for (const [key, items] of classes) {
    const depth = layered ? layers(items.filter(mayBeLayered), links) : new Map<Box, number>();
    for (const item of items) {
      const exact = key + (depth.get(item) ?? 0) * LAYER;
      const known = columns.get(exact);
      if (known === undefined) columns.set(exact, [item]);
      else known.push(item);
    }
  }
  return [...columns].sort(([a], [b]) => a - b).map(([key, items]) => ({ key, items, x: 0, width: 0 }));
}

/** Height of a column's items under each other. */
export function columnHeight(items: readonly Box[]): number {
  return items.reduce((sum, item, index) => sum + item.height + (index === 0 ? 0 : gapBetween(items[index - 1] as Box, item)), 0);
}

/** The gap between two neighbours of a column. */
export function gapBetween(upper: Box, lower: Box): number {
  return upper.node !== undefined || lower.node !== undefined ? ROW_GAP : GROUP_GAP;
}

function wantedHeight(columns: readonly Column[]): number {
  let area = 0;
  let tallest = 0;
  for (const item of columns.flatMap((column) => column.items)) {
    area += (item.height + ROW_GAP) * ((item.node === undefined ? item.width : NODE_WIDTH) + ROW_GAP);
    tallest = Math.max(tallest, item.height);
  }
  return Math.max(ROWS_MINIMUM * (NODE_HEIGHT + ROW_GAP), Math.sqrt(area / PROPORTION), tallest);
}

function areLinked(a: readonly Box[], b: readonly Box[], links: SiblingLinks): boolean {
  const right = new Set(b);
  const left = new Set(a);
  return a.some((box) => [...(links.get(box) ?? [])].some((other) => right.has(other))) || b.some((box) => [...(links.get(box) ?? [])].some((other) => left.has(other)));
}

interface Way {
  mergeLinked: boolean;
  besideGroups: boolean;
}

function nodesOnly(column: Column): boolean {
  return column.items.every((item) => item.node !== undefined);
}

/** A few cards find a place below boxes that they have nothing to do with, rather than a column of their own. */
function fitsBeside(last: Column, column: Column, links: SiblingLinks): boolean {
  const cards = [last, column].filter(nodesOnly);
  return cards.length === 1 && cards.every((one) => one.items.length <= CARDS_BESIDE_MAXIMUM) && !areLinked(last.items, column.items, links);
}

function mergedColumns(columns: readonly Column[], height: number, links: SiblingLinks, way: Way): Column[] {
  const result: Column[] = [];
  for (const column of columns) {
    const last = result.at(-1);
    const together = last === undefined ? [] : [...last.items, ...column.items];
    const fits = last !== undefined && columnHeight(together) <= height;
    if (fits && nodesOnly(last) && nodesOnly(column) && (way.mergeLinked || !areLinked(last.items, column.items, links))) last.items = together;
    else if (fits && way.besideGroups && fitsBeside(last, column, links)) last.items = nodesOnly(last) ? [...column.items, ...last.items] : together;
    else result.push({ ...column, items: [...column.items] });
  }
  return result;
}

function brokenColumns(columns: readonly Column[], height: number): Column[] {
  return columns.flatMap((column) => {
    const total = columnHeight(column.items);
    const mayBreak = column.items.length > 1 && column.items.every((item) => item.group === undefined || !(item.group.kind === 'zone' || item.group.kind === 'subnet'));
    const parts = mayBreak ? Math.min(column.items.length, Math.ceil(total / (height * (nodesOnly(column) ? BREAK_CARDS_ABOVE : BREAK_ABOVE)))) : 1;
    if (parts <= 1) return [column];
    const size = Math.ceil(column.items.length / parts);
    return Array.from({ length: Math.ceil(column.items.length / size) }, (_, part) => ({ ...column, key: column.key + part * BREAK, items: column.items.slice(part * size, (part + 1) * size) }));
  });
}

function estimatedWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + Math.max(...column.items.map((item) => item.width)) + GUTTER_ESTIMATE, 0);
}

function proportion(columns: readonly Column[]): number {
  return estimatedWidth(columns) / Math.max(ROWS_MINIMUM * (NODE_HEIGHT + ROW_GAP), ...columns.map((column) => columnHeight(column.items)));
}

/** Part of the columns' common rectangle that boxes fill. */
function filled(columns: readonly Column[]): number {
  const height = Math.max(1, ...columns.map((column) => columnHeight(column.items)));
  const widths = columns.map((column) => Math.max(...column.items.map((item) => item.width)));
  const area = columns.flatMap((column) => column.items).reduce((sum, item) => sum + item.width * item.height, 0);
  return area / (height * Math.max(1, widths.reduce((sum, width) => sum + width, 0)));
}

function isGood(columns: readonly Column[], items: number, onPage: boolean): boolean {
  const isNarrow = onPage && estimatedWidth(columns) <= PAGE_WIDTH;
  return (isNarrow || proportion(columns) <= PROPORTION_MAXIMUM) && (items <= SMALL_CONTAINER || filled(columns) >= FILLED_MINIMUM);
}

/** Sets `columns` of one container (`linked`: all boxes that a line leaves or enters) whose children have their heights and estimated widths. */
export function arrangeColumns(box: Box, links: SiblingLinks, linked: ReadonlySet<Box>): void {
  const hasGroups = box.children.some((child) => child.node === undefined);
  const ways = [{ layered: true, mergeLinked: false }, { layered: false, mergeLinked: false }, { layered: false, mergeLinked: true }];
  let best: Column[] = [];
  for (const way of hasGroups && box.parent !== undefined ? [{ layered: true, mergeLinked: true }, { layered: false, mergeLinked: true }] : ways) {
    const columns = byKey(box, links, linked, way.layered);
    const height = wantedHeight(columns);
    best = brokenColumns(mergedColumns(columns, height, links, { mergeLinked: way.mergeLinked, besideGroups: box.parent !== undefined }), height);
    if (isGood(best, box.children.length, box.parent === undefined)) break;
  }
  box.columns = best;
}

/** Gives all zones of a stack the same columns, empty ones where a zone has nothing of that key. */
export function alignZones(zones: readonly Box[]): void {
  const keys = [...new Set(zones.flatMap((zone) => zone.columns.map((column) => column.key)))].sort((a, b) => a - b);
  for (const zone of zones) {
    const own = new Map(zone.columns.map((column) => [column.key, column]));
    zone.columns = keys.map((key) => own.get(key) ?? { key, items: [], x: 0, width: 0 });
  }
}
