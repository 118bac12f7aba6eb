/**
 * Lays a diagram out: containment first, traffic from left to right, lines through the gutters.
 *
 * One pass down and up the containment tree for heights, one over the lines for routes, one for widths:
 * nothing is optimised globally and nothing is random, so the same diagram gives the same picture and a
 * new node moves only what stands beside it.
 */
import type { Diagram } from '../diagram.ts';
import { boxTree, type Box } from './boxes.ts';
import { placeVertically } from './heights.ts';
import { linesOf } from './lines.ts';
import { ARROW_ROOM, EDGE_LABEL_HEIGHT, NODE_PADDING, NODE_WIDTH, STACK_DEPTH, TILE } from './measure.ts';
import type { Layout, PlacedEdge, Point } from './placement.ts';
import { portLines } from './ports.ts';
import { Router, type Route } from './routes.ts';
import { LABEL_MARGIN, labelWidth, laneX, newGutters, placeHorizontally, planGutters, shownLabel, type LabelPlace, type LabelPlaces, type Lanes } from './widths.ts';

function round(value: number): number {
  return Math.round(value * 2) / 2;
}

/** The cards behind a stacked card: lines begin and end at the hindmost. */
function behind(box: Box): number {
  return box.node !== undefined && (box.node.stacked || (box.node.count ?? 1) > 1) ? STACK_DEPTH : 0;
}

function startX(route: Route): number {
  const { line, left, fromSide } = route.ported;
  if (left === undefined) return line.from.x;
  return fromSide === 'right' ? line.from.x + line.from.width + behind(line.from) : line.from.x;
}

function endX(route: Route): number {
  const { line, right, toSide } = route.ported;
  if (right === undefined) return line.to.x + line.to.width;
  return toSide === 'right' ? line.to.x + line.to.width + behind(line.to) : line.to.x;
}

function withoutRepeats(points: readonly Point[]): Point[] {
  const result: Point[] = [];
  for (const point of points) {
    const last = result.at(-1);
    const before = result.at(-2);
    if (last !== undefined && last.x === point.x && last.y === point.y) continue;
    if (last !== undefined && before !== undefined && ((last.x === before.x && last.x === point.x) || (last.y === before.y && last.y === point.y))) result.pop();
    result.push(point);
  }
  return result;
}

function pointsOf(route: Route, lanes: Lanes): Point[] {
  const points: Point[] = [{ x: round(startX(route)), y: round(route.first.y) }];
  for (const turn of route.turns) {
    const span = lanes.get(turn.gutter)?.get(route.bundle);
    const x = round(laneX(turn.gutter, span?.lane ?? 0));
    points.push({ x, y: round(turn.before.y) }, { x, y: round(turn.after.y) });
  }
  points.push({ x: round(endX(route)), y: round(route.last.y) });
  return withoutRepeats(points);
}

/** From a card to its neighbour in the column: below the glyph's tile, where no chip hangs. */
function verticalPoints(from: Box, to: Box, number: number): Point[] {
  const x = round(from.x + NODE_PADDING + TILE / 2 + number * 12);
  return from.y < to.y ? [{ x, y: round(from.y + from.height + behind(from)) }, { x, y: round(to.y) }] : [{ x, y: round(from.y) }, { x, y: round(to.y + to.height + behind(to)) }];
}

function labelRectangle(route: Route, place: LabelPlace, end: Point, text: string): { x: number; y: number; width: number; height: number } {
  const width = labelWidth(text);
  const { gutter } = place;
  const margin = place.isLast ? ARROW_ROOM : LABEL_MARGIN;
  const x = place.arrives === 'left' ? gutter.x + margin : gutter.x + gutter.width - margin - width;
  const atEnd = end.x + (route.ported.right === undefined || place.arrives === 'right' ? -ARROW_ROOM - width : ARROW_ROOM);
  return { x: place.isLast ? atEnd : x, y: round(route.last.y) - EDGE_LABEL_HEIGHT / 2, width, height: EDGE_LABEL_HEIGHT };
}

function placedEdge(route: Route, lanes: Lanes, labels: LabelPlaces): PlacedEdge {
  const { line, fromPort, toPort, vertical } = route.ported;
  const points = vertical === undefined ? pointsOf(route, lanes) : verticalPoints(line.from, line.to, vertical);
  const placed: PlacedEdge = { edge: line.edge, members: line.members, points, sharesEnd: toPort.lines > 1 && route.bundle === toPort.key && route.bundle !== fromPort.key };
  const text = line.edge.label ?? '';
  const place = labels.get(route);
  const end = points.at(-1) as Point;
  if (place !== undefined) placed.label = { text: shownLabel(text), rectangle: labelRectangle(route, place, end, text) };
  else if (vertical === 0 && text !== '') {
    const width = Math.min(labelWidth(text), NODE_WIDTH - TILE - 16);
    placed.label = { text: shownLabel(text), rectangle: { x: end.x + 14, y: Math.max(line.from.y, line.to.y) - EDGE_LABEL_HEIGHT - 3, width, height: EDGE_LABEL_HEIGHT } };
  }
  return placed;
}

function rectangleOf(box: Box): { x: number; y: number; width: number; height: number } {
  return { x: round(box.x), y: round(box.y), width: round(box.width), height: round(box.height) };
}

/** Places everything that `diagram` has; the origin is the top left corner. */
export function layOut(diagram: Diagram): Layout {
  const tree = boxTree(diagram);
  const lines = linesOf(tree, diagram.edges);
  placeVertically(tree, lines);
  newGutters(tree.root);
  const routes = new Router().routes(portLines(lines));
  const { lanes, labels } = planGutters(routes);
  placeHorizontally(tree);
  const groups: Layout['groups'][number][] = [];
  const nodes: Layout['nodes'][number][] = [];
  const visit = (box: Box): void => {
    if (box.group !== undefined) groups.push({ group: box.group, rectangle: rectangleOf(box), depth: box.depth });
    if (box.node !== undefined) nodes.push({ node: box.node, rectangle: rectangleOf(box) });
    for (const column of box.columns) for (const item of column.items) visit(item);
  };
  visit(tree.root);
  return { width: round(tree.root.width), height: round(tree.root.height), groups, nodes, edges: routes.map((route) => placedEdge(route, lanes, labels)) };
}
