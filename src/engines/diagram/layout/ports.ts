/**
 * Where lines leave and enter: sides and ports.
 *
 * Lines flow to the right: they leave at the right side and enter at the left one, the other way round
 * when the target stands further left, and in a loop at the right side within one column. All lines of
 * one kind that leave a box on a side share a port, and so do those of one kind and label that enter:
 * that is what bundles them.
 */
import type { Box } from './boxes.ts';
import { meeting } from './boxes.ts';
import { contentBottom, contentTop } from './heights.ts';
import type { Line } from './lines.ts';
import { PORT_GAP } from './measure.ts';

/** Differences of height up to this many pixels are made straight. */
const STRAIGHTENED = 20;
/** Straight lines between two neighbours of a column. */
const VERTICAL_MAXIMUM = 3;

export type Side = 'left' | 'right';

export interface Port {
  box: Box;
  key: string;
  y: number;
  lines: number;
  /** All ports of its side. */
  side: readonly Port[];
}

export interface PortedLine {
  line: Line;
  /** The lowest box around both ends. */
  container: Box;
  left: Box | undefined;
  right: Box | undefined;
  /** The side of the source (and of all boxes around it below the container) where the line goes out; likewise for the target. */
  fromSide: Side;
  toSide: Side;
  fromPort: Port;
  toPort: Port;
  /** Set when the two are neighbours in one column: a straight line from one to the other, the how manieth. */
  vertical?: number;
}

function sides(left: Box | undefined, right: Box | undefined): { fromSide: Side; toSide: Side } {
  if (left === undefined) return { fromSide: 'left', toSide: 'left' };
  if (right === undefined) return { fromSide: 'right', toSide: 'right' };
  if (left.column === right.column) return { fromSide: 'right', toSide: 'right' };
  return left.column < right.column ? { fromSide: 'right', toSide: 'left' } : { fromSide: 'left', toSide: 'right' };
}

function middle(box: Box): number {
  return box.y + box.height / 2;
}

interface Wish {
  port: Port;
  sum: number;
}

/** Spreads the ports of one side of a box around its middle, or around what they lead to when the box is a group. */
function spread(wishes: Wish[]): void {
  wishes.sort((a, b) => a.sum / a.port.lines - b.sum / b.port.lines || (a.port.key < b.port.key ? -1 : 1));
  const box = wishes[0]?.port.box;
  if (box === undefined) return;
  const low = box.node === undefined ? contentTop(box) : box.y + 8;
  const high = box.node === undefined ? Math.max(low, contentBottom(box)) : box.y + box.height - 8;
  const gap = Math.min(PORT_GAP, (high - low) / Math.max(1, wishes.length - 1));
  const mean = box.node === undefined ? wishes.reduce((sum, wish) => sum + wish.sum / wish.port.lines, 0) / wishes.length : middle(box);
  const half = ((wishes.length - 1) * gap) / 2;
  const center = box.children.length === 0 ? middle(box) : Math.min(Math.max(mean, low + half), Math.max(low + half, high - half));
  const side = wishes.map((wish) => wish.port);
  side.forEach((port, index) => {
    port.y = center - half + index * gap;
    port.side = side;
  });
}

/** A line that would bend by a few pixels runs straight instead, when one of its ends can give way. */
function straighten(line: PortedLine): void {
  const { fromPort, toPort } = line;
  const difference = Math.abs(fromPort.y - toPort.y);
  if (difference === 0 || difference > STRAIGHTENED) return;
  const fits = (port: Port, y: number): boolean => port.lines === 1 && y >= port.box.y + 10 && y <= port.box.y + port.box.height - 10
    && port.side.every((other) => other === port || (Math.abs(other.y - y) >= PORT_GAP - 4 && other.y < port.y === other.y < y));
  if (fits(fromPort, toPort.y)) fromPort.y = toPort.y;
  else if (fits(toPort, fromPort.y)) toPort.y = fromPort.y;
}

function areNeighbours(line: Line): boolean {
  const { from, to } = line;
  if (from.node === undefined || to.node === undefined || from.parent === undefined || from.parent !== to.parent || from.column !== to.column) return false;
  const items = from.parent.columns[from.column]?.items ?? [];
  return Math.abs(items.indexOf(from) - items.indexOf(to)) === 1;
}

/** The lines with their sides and ports; the ports' heights are set. */
export function portLines(lines: readonly Line[]): PortedLine[] {
  const ports = new Map<string, Wish>();
  const bySide = new Map<string, Wish[]>();
  const port = (box: Box, side: Side, inner: boolean, role: string, other: Box): Port => {
    const place = JSON.stringify([box.id, side, inner]);
    const key = JSON.stringify([place, role]);
    const known = ports.get(key) ?? { port: { box, key, y: 0, lines: 0, side: [] }, sum: 0 };
    if (known.port.lines === 0) {
      ports.set(key, known);
      const list = bySide.get(place);
      if (list === undefined) bySide.set(place, [known]);
      else list.push(known);
    }
    known.port.lines++;
    known.sum += middle(other);
    return known.port;
  };
  const neighbours = new Map<string, number>();
  const result = lines.map((line): PortedLine => {
    const { container, left, right } = meeting(line.from, line.to);
    const { fromSide, toSide } = sides(left, right);
    const change = line.edge.change ?? '';
    const pair = line.from.id < line.to.id ? JSON.stringify([line.from.id, line.to.id]) : JSON.stringify([line.to.id, line.from.id]);
    const before = neighbours.get(pair) ?? 0;
    if (before < VERTICAL_MAXIMUM && areNeighbours(line)) {
      neighbours.set(pair, before + 1);
      const end = (box: Box): Port => ({ box, key: `${line.edge.id} ${box.id}`, y: 0, lines: 1, side: [] });
      return { line, container, left, right, fromSide, toSide, fromPort: end(line.from), toPort: end(line.to), vertical: before };
    }
    return {
      line, container, left, right, fromSide, toSide,
      fromPort: port(line.from, fromSide, left === undefined, `out ${line.edge.kind} ${change}`, line.to),
      toPort: port(line.to, toSide, right === undefined, `in ${line.edge.kind} ${change} ${line.edge.label ?? ''}`, line.from),
    };
  });
  for (const wishes of bySide.values()) spread(wishes);
  for (const line of result) if (line.vertical === undefined) straighten(line);
  return result;
}
