/**
 * The vertical half of the layout. It comes first and alone: routes depend on heights and columns only,
 * and the widths of the gutters depend on the routes.
 */
import type { Box, BoxTree, Column } from './boxes.ts';
import { meeting } from './boxes.ts';
import { alignZones, arrangeColumns, columnHeight, gapBetween, type SiblingLinks } from './columns.ts';
import type { Line } from './lines.ts';
import { BORDER_GUTTER, COLUMN_GUTTER, CONTENT_BOTTOM, CONTENT_TOP, EMPTY_GROUP_HEIGHT, GROUP_MINIMUM_WIDTH, HEADER_HEIGHT, NODE_WIDTH, PAGE_PADDING } from './measure.ts';

const EMPTY_LINKS: SiblingLinks = new Map();
/** A group in a column with room left grows by at most this part of its height. */
const GROWTH_MAXIMUM = 0.5;
const ALWAYS_GROWS = new Set(['zone', 'subnet']);

function linksByContainer(lines: readonly Line[]): Map<Box, Map<Box, Set<Box>>> {
  const result = new Map<Box, Map<Box, Set<Box>>>();
  for (const line of lines) {
    const { container, left, right } = meeting(line.from, line.to);
    if (left === undefined || right === undefined) continue;
    const links = result.get(container) ?? new Map<Box, Set<Box>>();
    result.set(container, links);
    const targets = links.get(left) ?? new Set<Box>();
    links.set(left, targets);
    targets.add(right);
  }
  return result;
}

/** All boxes that a line leaves or enters: its ends, and what is around one end and not around the other. */
function crossedBoxes(lines: readonly Line[]): Set<Box> {
  const crossed = new Set<Box>();
  for (const line of lines) {
    const { container } = meeting(line.from, line.to);
    for (const end of [line.from, line.to]) for (let box: Box | undefined = end; box !== undefined && box !== container; box = box.parent) crossed.add(box);
  }
  return crossed;
}

export function contentTop(box: Box): number {
  return box.parent === undefined ? PAGE_PADDING : box.y + HEADER_HEIGHT + CONTENT_TOP;
}

export function contentBottom(box: Box): number {
  return box.y + box.height - (box.parent === undefined ? PAGE_PADDING : CONTENT_BOTTOM);
}

function onlySubnets(column: Column): boolean {
  return column.items.length > 1 && column.items.every((item) => item.group?.kind === 'subnet');
}

/** Subnets in neighbouring columns stand in rows: the first public one beside the first private one. */
function alignRows(columns: readonly Column[]): void {
  const grid = columns.filter(onlySubnets);
  for (let row = 0; row < Math.max(0, ...grid.map((column) => column.items.length)); row++) {
    const items = grid.flatMap((column) => column.items[row] ?? []);
    const height = Math.max(...items.map((item) => item.height));
    for (const item of items) item.height = height;
  }
}

function measure(box: Box, links: ReadonlyMap<Box, SiblingLinks>, linked: ReadonlySet<Box>): void {
  for (const child of box.children) if (child.node === undefined) measure(child, links, linked);
  arrangeColumns(box, links.get(box) ?? EMPTY_LINKS, linked);
  const zones = box.children.filter((child) => child.group?.kind === 'zone');
  if (zones.length > 1) alignZones(zones);
  alignRows(box.columns);
  const content = Math.max(0, ...box.columns.map((column) => columnHeight(column.items)));
  const widths = box.columns.map((column) => Math.max(NODE_WIDTH, ...column.items.map((item) => item.width)));
  box.width = Math.max(GROUP_MINIMUM_WIDTH, widths.reduce((sum, width) => sum + width, 0) + Math.max(0, widths.length - 1) * COLUMN_GUTTER + 2 * BORDER_GUTTER);
  if (box.parent === undefined) box.height = content + 2 * PAGE_PADDING;
  else box.height = box.children.length === 0 ? EMPTY_GROUP_HEIGHT : HEADER_HEIGHT + CONTENT_TOP + content + CONTENT_BOTTOM;
}

/** Subnets and zones fill the room of their column, also beside cards; other boxes grow a little. */
function grow(column: Column, room: number): void {
  const extra = room - columnHeight(column.items);
  const always = column.items.filter((item) => ALWAYS_GROWS.has(item.group?.kind ?? ''));
  const growing = always.length > 0 ? always : column.items;
  if (extra <= 0 || growing.length === 0) return;
  const share = extra / growing.length;
  if (always.length === 0 && growing.some((item) => item.node !== undefined || share > item.height * GROWTH_MAXIMUM)) return;
  for (const item of growing) item.height += share;
}

function place(box: Box): void {
  const top = contentTop(box);
  const room = contentBottom(box) - top;
  box.columns.forEach((column, index) => {
    grow(column, room);
    let y = top + Math.max(0, (room - columnHeight(column.items)) / 2);
    column.items.forEach((item, row) => {
      const above = column.items[row - 1];
      if (above !== undefined) y += gapBetween(above, item);
      item.column = index;
      item.y = Math.round(y);
      y += item.height;
      if (item.node === undefined) place(item);
    });
  });
}

/** Sets columns, heights and vertical places of all boxes. */
export function placeVertically(tree: BoxTree, lines: readonly Line[]): void {
  measure(tree.root, linksByContainer(lines), crossedBoxes(lines));
  tree.root.y = 0;
  place(tree.root);
}
