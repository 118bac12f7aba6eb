/**
 * The containment tree that the layout works on: groups and nodes as boxes in boxes.
 *
 * A parent that does not exist, or that would contain itself, is ignored and its child stands at the
 * top: a picture with a misplaced group is better than none. Siblings are ordered by tier, then by id
 * in natural order, whatever order they came in.
 */
import type { Diagram, DiagramGroup, DiagramNode } from '../diagram.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './measure.ts';

export interface Gutter {
  x: number;
  width: number;
  /** Room for the labels of lines that arrive at the column on the left, and on the right. */
  labelsLeft: number;
  labelsRight: number;
  lanes: number;
}

export interface Column {
  /** Place in the order from left to right; equal keys of sibling zones stand under each other. */
  key: number;
  items: Box[];
  x: number;
  width: number;
}

export interface Box {
  id: string;
  group?: DiagramGroup;
  node?: DiagramNode;
  parent: Box | undefined;
  depth: number;
  children: Box[];
  columns: Column[];
  /** One more than columns: left border, between, right border. */
  gutters: Gutter[];
  /** Index of the parent's column that holds this box. */
  column: number;
  /** Mean tier of the nodes inside, or the node's own. */
  tier: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface BoxTree {
  root: Box;
  boxes: ReadonlyMap<string, Box>;
}

/** Compares as people do: `subnet[2]` before `subnet[10]`. Independent of the locale. */
export function naturalOrder(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const x = left[index] ?? '';
    const y = right[index] ?? '';
    if (x === y) continue;
    if (index % 2 === 1) {
      const difference = Number(x) - Number(y);
      if (difference !== 0 && !Number.isNaN(difference)) return difference;
    }
    return x < y ? -1 : 1;
  }
  if (left.length !== right.length) return left.length - right.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function newBox(id: string, part: { group?: DiagramGroup; node?: DiagramNode }): Box {
  return {
    id, ...part, parent: undefined, depth: -1, children: [], columns: [], gutters: [], column: 0, tier: part.node === undefined ? 2.5 : Math.min(5, Math.max(0, part.node.tier)),
    x: 0, y: 0, width: part.node === undefined ? 0 : NODE_WIDTH, height: part.node === undefined ? 0 : NODE_HEIGHT,
  };
}

function contains(box: Box, other: Box): boolean {
  for (let current: Box | undefined = other; current !== undefined; current = current.parent) if (current === box) return true;
  return false;
}

function finish(box: Box): { sum: number; count: number } {
  box.depth = box.parent === undefined ? -1 : box.parent.depth + 1;
  if (box.node !== undefined) return { sum: box.tier, count: 1 };
  const total = { sum: 0, count: 0 };
  for (const child of box.children) {
    const part = finish(child);
    total.sum += part.sum;
    total.count += part.count;
  }
  if (total.count > 0) box.tier = total.sum / total.count;
  const rank = (child: Box): number => (child.node === undefined ? 6 : child.tier);
  box.children.sort((a, b) => rank(a) - rank(b) || naturalOrder(a.id, b.id));
  return total;
}

/** The boxes of `diagram`; of two parts with one id the first is kept. */
export function boxTree(diagram: Diagram): BoxTree {
  const root = newBox('', {});
  const boxes = new Map<string, Box>();
  for (const group of diagram.groups) if (!boxes.has(group.id)) boxes.set(group.id, newBox(group.id, { group }));
  for (const node of diagram.nodes) if (!boxes.has(node.id)) boxes.set(node.id, newBox(node.id, { node }));
  for (const box of boxes.values()) {
    const wanted = box.group?.parent ?? box.node?.parent;
    const parent = wanted === undefined ? undefined : boxes.get(wanted);
    box.parent = parent === undefined || parent.group === undefined || contains(box, parent) ? root : parent;
    box.parent.children.push(box);
  }
  finish(root);
  return { root, boxes };
}

/** The lowest box that contains both (it may be one of them), and the children of it on the two ways (absent at an end). */
export function meeting(a: Box, b: Box): { container: Box; left: Box | undefined; right: Box | undefined } {
  let left: Box = a;
  let right: Box = b;
  let belowLeft: Box | undefined;
  let belowRight: Box | undefined;
  while (left !== right) {
    if (left.depth >= right.depth && left.parent !== undefined) {
      belowLeft = left;
      left = left.parent;
    } else if (right.parent !== undefined) {
      belowRight = right;
      right = right.parent;
    } else break;
  }
  return { container: left, left: belowLeft, right: belowRight };
}
