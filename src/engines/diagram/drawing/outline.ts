/** The containment of a diagram as a tree, for formats that are written without places. */
import type { Diagram, DiagramGroup, DiagramNode } from '../diagram.ts';
import { boxTree, type Box } from '../layout/boxes.ts';

export interface Outline {
  group?: DiagramGroup;
  node?: DiagramNode;
  children: Outline[];
  parents: readonly string[];
}

function outlineOf(box: Box, parents: readonly string[]): Outline {
  const inner = box.group === undefined ? parents : [...parents, box.id];
  return {
    ...(box.group === undefined ? {} : { group: box.group }), ...(box.node === undefined ? {} : { node: box.node }), parents,
    children: box.children.map((child) => outlineOf(child, inner)),
  };
}

/** Top parts first; siblings in the order of the layout. */
export function outline(diagram: Diagram): Outline[] {
  return outlineOf(boxTree(diagram).root, []).children;
}

/** All parts of the outline, containers before their contents. */
export function flatten(parts: readonly Outline[]): Outline[] {
  return parts.flatMap((part) => [part, ...flatten(part.children)]);
}
