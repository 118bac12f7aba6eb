/**
 * Which lines are drawn: equal edges become one, and many of one kind between the same two groups
 * become one line between their borders, so that a picture shows what talks to what and not a carpet.
 */
import type { DiagramChange, DiagramEdge } from '../diagram.ts';
import type { Box, BoxTree } from './boxes.ts';
import { meeting, naturalOrder } from './boxes.ts';

/** More edges of one kind than this between two siblings are drawn as one. */
const LINES_BETWEEN_GROUPS = 5;

export interface Line {
  edge: DiagramEdge;
  members: DiagramEdge[];
  from: Box;
  to: Box;
}

const KIND_WORDS: Record<DiagramEdge['kind'], string> = {
  traffic: 'connections', access: 'access rights', event: 'events', name: 'names', attachment: 'attachments', dependency: 'dependencies',
};

function sharedChange(members: readonly DiagramEdge[]): { change?: DiagramChange } {
  const change = members[0]?.change;
  if (change === undefined || change === 'unchanged') return members.some((member) => member.change !== undefined && member.change !== 'unchanged') ? { change: 'changed' } : {};
  return { change: members.every((member) => member.change === change) ? change : 'changed' };
}

function sharedLabel(lines: readonly Line[]): string {
  const labels = new Set(lines.map((line) => line.edge.label ?? ''));
  const [only] = labels;
  const count = lines.reduce((sum, line) => sum + line.members.length, 0);
  return labels.size === 1 && only !== undefined && only !== '' ? only : `${count} ${KIND_WORDS[lines[0]?.edge.kind ?? 'dependency']}`;
}

function joined(lines: readonly Line[], from: Box, to: Box): Line {
  const first = lines[0] as Line;
  const members = lines.flatMap((line) => line.members);
  const edge: DiagramEdge = {
    id: `${from.id}->${to.id}:${first.edge.kind}`, from: from.id, to: to.id, kind: first.edge.kind, label: sharedLabel(lines),
    locations: members.flatMap((member) => member.locations), ...sharedChange(members),
  };
  return { edge, members, from, to };
}

function distinct(tree: BoxTree, edges: readonly DiagramEdge[]): Line[] {
  const lines = new Map<string, Line>();
  for (const edge of edges) {
    const from = tree.boxes.get(edge.from);
    const to = tree.boxes.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = JSON.stringify([edge.from, edge.to, edge.kind, edge.label ?? '', edge.change ?? '']);
    const known = lines.get(key);
    if (known === undefined) lines.set(key, { edge, members: [edge], from, to });
    else known.members.push(edge);
  }
  return [...lines.values()];
}

/** The lines of a diagram in a stable order; edges that lead nowhere or to themselves are left out. */
export function linesOf(tree: BoxTree, edges: readonly DiagramEdge[]): Line[] {
  const siblings = new Map<string, { lines: Line[]; from: Box; to: Box }>();
  const result: Line[] = [];
  for (const line of distinct(tree, edges)) {
    const { left, right } = meeting(line.from, line.to);
    if (left === undefined || right === undefined || (left.node !== undefined && right.node !== undefined)) {
      result.push(line);
      continue;
    }
    const key = JSON.stringify([left.id, right.id, line.edge.kind]);
    const known = siblings.get(key);
    if (known === undefined) siblings.set(key, { lines: [line], from: left, to: right });
    else known.lines.push(line);
  }
  for (const { lines, from, to } of siblings.values()) {
    if (lines.length > LINES_BETWEEN_GROUPS) result.push(joined(lines, from, to));
    else result.push(...lines);
  }
  return result.sort((a, b) => naturalOrder(a.edge.id, b.edge.id));
}
