/**
 * The horizontal half of the layout: gutters as wide as the lines and labels in them need, then columns,
 * then places. Lanes are ordered so that lines which turn the same way do not cross each other.
 */
import type { Box, BoxTree, Gutter } from './boxes.ts';
import { fitText, textWidth } from './text-width.ts';
import {
  ARROW_ROOM, BORDER_GUTTER, COLUMN_GUTTER, EDGE_LABEL_HEIGHT, EDGE_LABEL_MAXIMUM, EDGE_LABEL_PADDING, EDGE_LABEL_SIZE, GROUP_MINIMUM_WIDTH, HEADER_SIZE, HEADER_TEXT_MAXIMUM, LANE, LANE_MARGIN,
  LANES_MAXIMUM, NODE_WIDTH, PAGE_PADDING, SUBLABEL_SIZE,
} from './measure.ts';
import type { Route, Turn } from './routes.ts';

/** Above this many bundles in one gutter their lanes are no longer ordered, only kept apart. */
const ORDERED_BUNDLES = 400;
/** Beside a label that stands on its line. */
export const LABEL_MARGIN = 5;

interface Span {
  low: number;
  high: number;
  /** Height at the left end of the turn, and whether it returns to the side it came from. */
  left: number;
  kind: 'loop' | 'down' | 'up';
  lane: number;
}

export interface LabelPlace {
  gutter: Gutter;
  arrives: 'left' | 'right';
  /** The gutter beside the target: the arrow's tip is in it. */
  isLast: boolean;
}

export type LabelPlaces = ReadonlyMap<Route, LabelPlace>;

/** Which lane of its gutter each turn has: by gutter, then by bundle. */
export type Lanes = ReadonlyMap<Gutter, ReadonlyMap<string, Span>>;

export function newGutters(box: Box): void {
  box.gutters = Array.from({ length: box.columns.length + 1 }, () => ({ x: 0, width: 0, labelsLeft: 0, labelsRight: 0, lanes: 0 }));
  for (const child of box.children) if (child.node === undefined) newGutters(child);
}

export function shownLabel(label: string): string {
  return fitText(label, EDGE_LABEL_SIZE, EDGE_LABEL_MAXIMUM);
}

export function labelWidth(label: string): number {
  return Math.ceil(textWidth(shownLabel(label), EDGE_LABEL_SIZE)) + 2 * EDGE_LABEL_PADDING;
}

/** The gutter beside the target where the line ends, and the side of the gutter. */
function lastGutter(route: Route): { gutter: Gutter | undefined; arrives: 'left' | 'right' } {
  const { line, toSide, right, container } = route.ported;
  if (right === undefined) return { gutter: container.gutters.at(-1), arrives: 'right' };
  const parent = line.to.parent;
  return toSide === 'left' ? { gutter: parent?.gutters[line.to.column], arrives: 'right' } : { gutter: parent?.gutters[line.to.column + 1], arrives: 'left' };
}

/**
 * Where the labels stand: before the outermost border that the line enters, so that inner groups stay
 * narrow; before the target itself where another label has that place. One label a port.
 */
function placeLabels(routes: readonly Route[]): LabelPlaces {
  const taken = new Map<Gutter, { y: number; port: string }[]>();
  const places = new Map<Route, LabelPlace>();
  const labelled = new Set<string>();
  const isFree = (gutter: Gutter, y: number): boolean => (taken.get(gutter) ?? []).every((other) => Math.abs(other.y - y) >= EDGE_LABEL_HEIGHT);
  for (const route of routes) {
    const { line, toPort, vertical } = route.ported;
    if ((line.edge.label ?? '') === '' || vertical !== undefined || labelled.has(toPort.key)) continue;
    labelled.add(toPort.key);
    const last = lastGutter(route);
    const place = route.label !== undefined && isFree(route.label.gutter, route.last.y) ? route.label : last;
    if (place.gutter === undefined) continue;
    const list = taken.get(place.gutter);
    if (list === undefined) taken.set(place.gutter, [{ y: route.last.y, port: toPort.key }]);
    else list.push({ y: route.last.y, port: toPort.key });
    places.set(route, { gutter: place.gutter, arrives: place.arrives, isLast: place.gutter === last.gutter });
  }
  return places;
}

function addTurn(spans: Map<string, Span>, route: Route, turn: Turn): void {
  const { fromSide, toSide, left, right } = route.ported;
  const low = Math.min(turn.before.y, turn.after.y);
  const high = Math.max(turn.before.y, turn.after.y);
  const loop = left !== undefined && right !== undefined && fromSide === toSide;
  const start = fromSide === 'right' ? turn.before.y : turn.after.y;
  const end = fromSide === 'right' ? turn.after.y : turn.before.y;
  const known = spans.get(route.bundle);
  if (known === undefined) spans.set(route.bundle, { low, high, left: start, kind: loop ? 'loop' : end > start ? 'down' : 'up', lane: 0 });
  else {
    known.low = Math.min(known.low, low);
    known.high = Math.max(known.high, high);
  }
}

const ORDER = { loop: 0, up: 1, down: 2 };

function compareSpans(a: Span, b: Span): number {
  if (a.kind !== b.kind) return ORDER[a.kind] - ORDER[b.kind];
  if (a.kind === 'loop') return a.high - a.low - (b.high - b.low);
  return a.kind === 'up' ? a.left - b.left : b.left - a.left;
}

function assignLanes(spans: readonly Span[]): number {
  const sorted = [...spans].sort(compareSpans);
  const ends: number[] = [];
  let lanes = 0;
  sorted.forEach((span, index) => {
    if (sorted.length <= ORDERED_BUNDLES) {
      for (let other = 0; other < index; other++) {
        const before = sorted[other] as Span;
        if (before.high + 4 >= span.low && before.low - 4 <= span.high) span.lane = Math.max(span.lane, before.lane + 1);
      }
    } else {
      const free = ends.findIndex((end) => end + 4 < span.low);
      span.lane = free === -1 ? ends.length : free;
      ends[span.lane] = span.high;
    }
    lanes = Math.max(lanes, span.lane + 1);
  });
  return lanes;
}

function reserve(place: { gutter: Gutter | undefined; arrives: 'left' | 'right' }, room: number): void {
  if (place.gutter === undefined) return;
  if (place.arrives === 'right') place.gutter.labelsRight = Math.max(place.gutter.labelsRight, room);
  else place.gutter.labelsLeft = Math.max(place.gutter.labelsLeft, room);
}

/** Decides the lanes of all turns and how much room the gutters need for them. */
export function planGutters(routes: readonly Route[]): { lanes: Lanes; labels: LabelPlaces } {
  const gutters = new Map<Gutter, Map<string, Span>>();
  for (const route of routes) {
    for (const turn of route.turns) {
      const spans = gutters.get(turn.gutter) ?? new Map<string, Span>();
      gutters.set(turn.gutter, spans);
      if (Math.abs(turn.before.y - turn.after.y) > 0.5) addTurn(spans, route, turn);
    }
    if (route.ported.vertical === undefined) reserve(lastGutter(route), ARROW_ROOM);
  }
  const labels = placeLabels(routes);
  for (const [route, place] of labels) reserve(place, (place.isLast ? ARROW_ROOM : LABEL_MARGIN) + labelWidth(route.ported.line.edge.label ?? '') + LABEL_MARGIN);
  for (const [gutter, spans] of gutters) gutter.lanes = assignLanes([...spans.values()]);
  return { lanes: gutters, labels };
}

function neededWidth(gutter: Gutter, least: number): number {
  const lanes = Math.min(LANES_MAXIMUM, gutter.lanes * LANE);
  return Math.max(least, gutter.labelsLeft + gutter.labelsRight + (lanes > 0 ? lanes + LANE_MARGIN : 0));
}

function headerWidth(box: Box): number {
  const group = box.group;
  if (group === undefined) return 0;
  const text = textWidth(group.label, HEADER_SIZE, 'semibold') + (group.sublabel === undefined ? 0 : textWidth(group.sublabel, SUBLABEL_SIZE) + 8);
  const chips = group.badges.reduce((sum, badge) => sum + Math.min(80, textWidth(badge.text, 9.5) + (badge.glyph === undefined ? 10 : 24)), 0) + (group.exposure === undefined ? 0 : 50);
  return Math.min(HEADER_TEXT_MAXIMUM, text) + chips + 52;
}

function measureWidth(box: Box): void {
  for (const child of box.children) if (child.node === undefined) measureWidth(child);
  box.gutters.forEach((gutter, index) => {
    const border = index === 0 || index === box.columns.length;
    gutter.width = neededWidth(gutter, border ? (box.parent === undefined ? PAGE_PADDING : BORDER_GUTTER) : COLUMN_GUTTER);
  });
  for (const column of box.columns) column.width = column.items.reduce((width, item) => Math.max(width, item.width), column.items.length === 0 ? NODE_WIDTH : 0);
  const zones = box.children.filter((child) => child.group?.kind === 'zone');
  if (zones.length > 1) alignZoneWidths(zones);
  for (const column of box.columns) column.width = column.items.reduce((width, item) => Math.max(width, item.width), column.width);
  box.width = Math.max(contentWidth(box), GROUP_MINIMUM_WIDTH, Math.ceil(headerWidth(box)));
}

function contentWidth(box: Box): number {
  return box.columns.reduce((sum, column) => sum + column.width, 0) + box.gutters.reduce((sum, gutter) => sum + gutter.width, 0);
}

function alignZoneWidths(zones: readonly Box[]): void {
  const count = zones[0]?.columns.length ?? 0;
  for (let index = 0; index <= count; index++) {
    const gutter = Math.max(...zones.map((zone) => zone.gutters[index]?.width ?? 0));
    const column = Math.max(...zones.map((zone) => (zone.columns[index]?.items.length === 0 ? 0 : (zone.columns[index]?.width ?? 0))));
    for (const zone of zones) {
      const ownGutter = zone.gutters[index];
      const ownColumn = zone.columns[index];
      if (ownGutter !== undefined) ownGutter.width = gutter;
      if (ownColumn !== undefined) ownColumn.width = column;
    }
  }
  for (const zone of zones) zone.width = Math.max(zone.width, contentWidth(zone));
}

function placeBox(box: Box): void {
  const extra = Math.max(0, box.width - contentWidth(box));
  let x = box.x + (box.columns.length === 1 ? extra / 2 : 0);
  box.gutters.forEach((gutter, index) => {
    gutter.x = x;
    x += gutter.width;
    const column = box.columns[index];
    if (column === undefined) return;
    column.x = x;
    for (const item of column.items) {
      if (item.node === undefined) {
        item.x = x;
        item.width = column.width;
        placeBox(item);
      } else item.x = x + (column.width - item.width) / 2;
    }
    x += column.width;
  });
}

/** Sets the horizontal places of all boxes, columns and gutters. */
export function placeHorizontally(tree: BoxTree): void {
  measureWidth(tree.root);
  tree.root.x = 0;
  placeBox(tree.root);
}

/** The x of a turn's vertical piece. */
export function laneX(gutter: Gutter, lane: number): number {
  const room = gutter.width - gutter.labelsLeft - gutter.labelsRight;
  const step = Math.min(LANE, Math.max(2, (room - 4) / Math.max(1, gutter.lanes)));
  return gutter.x + gutter.labelsLeft + room / 2 + (lane - (gutter.lanes - 1) / 2) * step;
}
