/**
 * What is known of one type of resource: the words of the one catalogue in `providers/`.
 *
 * A provider's file has defaults for all its types, and one line a type that says only what differs.
 * Attribute paths are dotted and without indexes (`vpc_config.subnet_ids`): a path means every element
 * of every nested block on the way. Diagrams, documentation, drift, waste, cost and scanning read the
 * same records, so that a type is described once. `docs/reference/provider-catalogue.md` is the form
 * for people.
 */
import type { EdgeKind, Glyph, GroupKind } from '../diagram/diagram.ts';

/**
 * - `group`: holds others (network, cluster, namespace).
 * - `node`: drawn for itself.
 * - `fold`: part of another resource; a badge on it, or nothing.
 * - `relay`: traffic passes through it (target group); drawn only when it stands alone.
 * - `edge`: connects two others (event source mapping).
 * - `rule`: allows traffic (security group rule); `dialect` says how it is written.
 * - `policy`: a document that allows actions (IAM policy).
 * - `grant`: allows one role on one target to principals (Google IAM member, Azure role assignment).
 * - `hidden`: never drawn; `reason` says why.
 */
type ResourceRole = 'group' | 'node' | 'fold' | 'relay' | 'edge' | 'rule' | 'policy' | 'grant' | 'hidden';

export const RULE_DIALECTS = ['aws-group', 'aws-rule', 'aws-ingress', 'aws-egress', 'azure-group', 'azure-rule', 'google-firewall'] as const;
type RuleDialect = (typeof RULE_DIALECTS)[number];

type ResourceScope = 'global' | 'regional' | 'zonal';

/** How much a difference in an attribute weighs: drift's severity. */
interface AttributeClasses {
  readonly security: readonly string[];
  readonly capacity: readonly string[];
  readonly tags: readonly string[];
}

/** Edge kinds with the attributes that lead to the other end. */
type LinkAttributes = { readonly [kind in EdgeKind]?: readonly string[] };

interface PriceDimension {
  /** Name of the line in an estimate. */
  readonly name: string;
  /** What is there all month, or what depends on traffic. */
  readonly kind?: 'fixed' | 'usage';
  /** Attributes that choose the price or the quantity. */
  readonly attributes: readonly string[];
}

interface Front {
  readonly label: string;
  /** Closed when one of the attributes has one of the values. */
  readonly unless?: { readonly [path: string]: readonly string[] };
  /** Open only when one of the attributes has one of the values. */
  readonly when?: { readonly [path: string]: readonly string[] };
}

export interface ResourceType {
  readonly type: string;
  /** Chooses the colour: `aws`, `google`, `azurerm`, `kubernetes`, ... */
  readonly provider: string;
  /** Not in the catalogue: made from the name, to be drawn as a generic node. */
  readonly derived: boolean;
  /** In people's words: `EC2 instance`. */
  readonly label: string;
  readonly glyph: Glyph;
  readonly role: ResourceRole;
  /** Of a group. */
  readonly kind?: GroupKind;
  /** 0 the internet, 1 edge, 2 entry, 3 compute, 4 messages and files, 5 data. */
  readonly tier: number;
  readonly scope: ResourceScope;
  /** Left out of the container level. */
  readonly minor: boolean;
  /** Draws as a stack (an autoscaling group). */
  readonly stacked: boolean;
  /** A data source of this type is drawn, too. */
  readonly drawData: boolean;
  /** Attributes that hold the name to show, best first. */
  readonly name: readonly string[];
  readonly sublabel: readonly string[];
  /** Attributes whose values name this resource elsewhere. */
  readonly identity: readonly string[];
  /** Attributes that lead to what contains it, best first. */
  readonly within: readonly string[];
  /** Of a fold: attributes that lead to the resource it belongs to. */
  readonly into: readonly string[];
  /** Of a fold: it belongs to every resource that refers to it. */
  readonly users: boolean;
  /** Of a fold with `within`: says where the resource is that it belongs to (EFS mount target). */
  readonly locates: boolean;
  /** Of a fold: the badge it leaves; `{attribute}` is replaced. */
  readonly badge?: string;
  readonly links: { readonly to: LinkAttributes; readonly from: LinkAttributes };
  /** Label of what passes through a relay, or of an edge. */
  readonly flow?: string;
  readonly edge?: { readonly from: readonly string[]; readonly to: readonly string[]; readonly kind: EdgeKind };
  readonly dialect?: RuleDialect;
  /** Of a policy: attributes that hold documents, and those that lead to who gets it. */
  readonly policy?: { readonly documents: readonly string[]; readonly principals: readonly string[] };
  /** Of a grant; `role` are the attributes that name what is allowed. */
  readonly grant?: { readonly principals: readonly string[]; readonly targets: readonly string[]; readonly role: readonly string[] };
  /** Open to the internet by its nature: the edge's label, and attribute values that open or close it. */
  readonly front?: Front;
  /** Of a hidden type. */
  readonly reason?: string;
  readonly sensitive: readonly string[];
  readonly computed: readonly string[];
  readonly classes: AttributeClasses;
  readonly price: readonly PriceDimension[];
}

/** One line of a provider's file: what differs from the defaults. */
export interface ResourceTypeEntry {
  like?: string;
  label?: string;
  glyph?: Glyph;
  role?: ResourceRole;
  kind?: GroupKind;
  tier?: number;
  scope?: ResourceScope;
  minor?: boolean;
  stacked?: boolean;
  drawData?: boolean;
  name?: string[];
  sublabel?: string[];
  identity?: string[];
  within?: string[];
  into?: string[];
  users?: boolean;
  locates?: boolean;
  badge?: string;
  to?: LinkAttributes;
  from?: LinkAttributes;
  flow?: string;
  edge?: { from: string[]; to: string[]; kind: EdgeKind };
  dialect?: RuleDialect;
  policy?: { documents: string[]; principals: string[] };
  grant?: { principals: string[]; targets: string[]; role: string[] };
  front?: Front;
  reason?: string;
  sensitive?: string[];
  computed?: string[];
  security?: string[];
  capacity?: string[];
  price?: PriceDimension[];
}

/** A file of `providers/`, and of a platform team's own. */
export interface ProviderFile {
  schemaVersion: 1;
  /** `aws`: also the colour. */
  provider: string;
  label: string;
  defaults: {
    name: string[];
    identity: string[];
    within: string[];
    computed: string[];
    sensitive: string[];
    security: string[];
    capacity: string[];
    tags: string[];
  };
  types: { [type: string]: ResourceTypeEntry };
}
