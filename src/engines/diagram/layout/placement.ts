/** A diagram with places: what every drawing format is written from. All lengths in pixels. */
import type { DiagramEdge, DiagramGroup, DiagramNode } from '../diagram.ts';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface PlacedGroup {
  group: DiagramGroup;
  rectangle: Rectangle;
  /** 0 at the top. */
  depth: number;
}

export interface PlacedNode {
  node: DiagramNode;
  rectangle: Rectangle;
}

export interface PlacedEdge {
  /** The edge as drawn; for several between the same two groups a new one between their borders. */
  edge: DiagramEdge;
  /** The edges that this line stands for, in the diagram's order. */
  members: readonly DiagramEdge[];
  /** From the source's border to the target's; only horizontal and vertical pieces. */
  points: readonly Point[];
  label?: { text: string; rectangle: Rectangle };
  /** Lines of one bundle share a piece: drawn from its common end, so that dashes fall on dashes. */
  sharesEnd: boolean;
}

export interface Layout {
  width: number;
  height: number;
  /** Containers before what they contain. */
  groups: readonly PlacedGroup[];
  nodes: readonly PlacedNode[];
  edges: readonly PlacedEdge[];
}
