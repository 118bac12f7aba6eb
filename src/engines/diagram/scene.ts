/**
 * The whole architecture before any view is taken of it: every part once, with the place it has in the
 * network, its module and its owner. Views choose parents, levels choose parts, and splitting bounds
 * the number; none of them looks at resources again.
 */
import type { DiagramBadge, EdgeKind, Glyph, GroupKind } from './diagram.ts';
import type { Entry } from './entry.ts';

export type Exposure = 'public' | 'private' | 'isolated';

export interface SceneGroup {
  id: string;
  kind: GroupKind;
  label: string;
  sublabel?: string;
  glyph: Glyph;
  provider: string;
  parent?: string;
  entries: Entry[];
  exposure?: Exposure;
  badges: DiagramBadge[];
}

export interface SceneNode {
  id: string;
  label: string;
  sublabel: string;
  glyph: Glyph;
  provider: string;
  /** Place in the network view. */
  parent?: string;
  entries: Entry[];
  tier: number;
  stacked: boolean;
  minor: boolean;
  generic: boolean;
  /** Only read by the code, or outside of it. */
  existing: boolean;
  count?: number;
  badges: DiagramBadge[];
  module: string;
  owner?: string;
}

export interface SceneEdge {
  from: string;
  to: string;
  kind: EdgeKind;
  labels: string[];
  entries: Entry[];
}

export interface Omission {
  reason: string;
  entries: Entry[];
}

export interface Scene {
  groups: Map<string, SceneGroup>;
  nodes: Map<string, SceneNode>;
  edges: SceneEdge[];
  /** Resources that became a badge, an edge or a part of another. */
  folded: Set<Entry>;
  omitted: Omission[];
  notes: string[];
}

export const INTERNET = 'internet';
