/**
 * A diagram before it is laid out: groups within groups, nodes in them, edges between them, and what
 * was left out. Made from the infrastructure model by `engines/diagram`, drawn by every output format.
 *
 * All lists are in a stable order that follows addresses, never the order of discovery, so that the
 * same input gives the same bytes and a small change of code gives a small change of picture.
 */
import type { ModelLocation } from '../infrastructure/model.ts';

/** Own neutral glyphs, one a category; coloured by the provider. */
export type Glyph =
  | 'account' | 'alarm' | 'analytics' | 'api' | 'balancer' | 'bucket' | 'build' | 'cache' | 'cdn' | 'certificate' | 'cluster' | 'compute' | 'container'
  | 'database' | 'disk' | 'dns' | 'email' | 'event' | 'file-system' | 'firewall' | 'function' | 'gateway' | 'generic' | 'identity' | 'internet' | 'key'
  | 'log' | 'machine-learning' | 'module' | 'network' | 'peering' | 'policy' | 'queue' | 'region' | 'registry' | 'route' | 'schedule' | 'search' | 'secret'
  | 'stream' | 'subnet' | 'team' | 'topic' | 'user' | 'virtual-private-network' | 'workflow' | 'zone';

export type DiagramChange = 'added' | 'changed' | 'removed' | 'replaced' | 'unchanged';

export interface DiagramBadge {
  glyph?: Glyph;
  /** Short: `443`, `x12`, `encrypted`. */
  text: string;
  title: string;
}

export interface DiagramDetail {
  name: string;
  value: string;
}

interface DiagramPart {
  /** Stable: made from addresses. */
  id: string;
  label: string;
  /** Second line: the type in people's words, a range, a size. */
  sublabel?: string;
  glyph: Glyph;
  /** `aws`, `google`, `azurerm`, `kubernetes`, ...: chooses the colour. */
  provider: string;
  badges: readonly DiagramBadge[];
  location?: ModelLocation;
  /** Every resource that this part stands for. */
  addresses: readonly string[];
  /** For the detail panel and the JSON; sensitive values never come here. */
  details: readonly DiagramDetail[];
  change?: DiagramChange;
  /** Id of the view that shows its inside. */
  opens?: string;
}

export type GroupKind = 'account' | 'region' | 'network' | 'zone' | 'subnet' | 'cluster' | 'namespace' | 'module' | 'owner' | 'group' | 'external';

export interface DiagramGroup extends DiagramPart {
  kind: GroupKind;
  parent?: string;
  /** Of a subnet: what its routes make it. */
  exposure?: 'public' | 'private' | 'isolated';
}

export interface DiagramNode extends DiagramPart {
  /** The group that contains it; absent at the top. */
  parent?: string;
  /** 1 unless aggregated; undefined when the count is not known. */
  count?: number;
  /** Draws as a stack: an autoscaling group, a count. */
  stacked: boolean;
  /** 0 = the internet's side ... 5 = the data's side: the traffic flows from low to high. */
  tier: number;
}

export type EdgeKind = 'traffic' | 'access' | 'event' | 'name' | 'attachment' | 'dependency';

export interface DiagramEdge {
  id: string;
  from: string;
  to: string;
  kind: EdgeKind;
  /** `443/tcp`, `can read`, `api.example.com`. */
  label?: string;
  locations: readonly ModelLocation[];
  change?: DiagramChange;
}

export type DiagramLevel = 'context' | 'container' | 'resource' | 'modules';
export type DiagramView = 'network' | 'module' | 'owner';

/** One picture; a diagram set has several that open each other. */
export interface Diagram {
  id: string;
  title: string;
  description: string;
  level: DiagramLevel;
  view: DiagramView;
  groups: readonly DiagramGroup[];
  nodes: readonly DiagramNode[];
  edges: readonly DiagramEdge[];
  /** Why something is not in the picture: folded, hidden by the level, shown in another view. */
  notes: readonly string[];
  coverage: { resources: number; drawn: number; folded: number; hidden: number; generic: number };
}

export interface DiagramSet {
  /** The first is the entry. */
  diagrams: readonly Diagram[];
}
