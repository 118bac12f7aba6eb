/** Any diagrams that could be made, and many that could not: hostile text, missing and circular parents, edges to nowhere. */
import fc from 'fast-check';
import type { Diagram, DiagramChange, DiagramEdge, DiagramGroup, DiagramNode, EdgeKind, Glyph, GroupKind } from '../../diagram.ts';

const KINDS: readonly GroupKind[] = ['account', 'region', 'network', 'zone', 'subnet', 'cluster', 'namespace', 'module', 'owner', 'group', 'external'];
const GLYPHS: readonly Glyph[] = ['bucket', 'database', 'queue', 'internet', 'generic', 'zone'];
const EDGE_KINDS: readonly EdgeKind[] = ['traffic', 'access', 'event', 'name', 'attachment', 'dependency'];
const CHANGES: readonly (DiagramChange | undefined)[] = [undefined, 'added', 'changed', 'removed', 'replaced', 'unchanged'];
const HOSTILE = ['<script>alert(1)</script>', '"]]>\'&amp;--><!--', '${x}`', '\u0000\u0007\uFFFF', '\uD800', 'end', 'graph TD; A-->B', '"; click n0 "javascript:alert(1)"', '|a|b|', '](javascript:x)', '%%{init:{}}%%', '\n\r\t', 'x'.repeat(300), '日本語のとても長い名前です', '🙂🙃', '\u202Eevil', '```', '#quot;#60;', '__proto__', ''];

export const hostileText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }));

const plainText = fc.stringMatching(/^[a-z][a-z0-9 -]{0,24}$/);

function given<T>(name: string, value: T | undefined): Record<string, T> {
  return value === undefined ? {} : { [name]: value };
}

/** Diagrams of up to `nodes` nodes and `groups` groups; `text` makes the labels. */
export function arbitraryDiagram(options: { text?: fc.Arbitrary<string>; nodes?: number; groups?: number; wellFormed?: boolean } = {}): fc.Arbitrary<Diagram> {
  const text = options.text ?? plainText;
  const badge = fc.record({ text, title: text });
  const location = fc.option(fc.record({ file: text, line: fc.integer({ min: 1, max: 9999 }), column: fc.constant(1) }), { nil: undefined });
  const part = fc.record({ label: text, sublabel: fc.option(text, { nil: undefined }), glyph: fc.constantFrom(...GLYPHS), provider: fc.oneof(fc.constantFrom('aws', 'google', 'azurerm', 'kubernetes'), text), badges: fc.array(badge, { maxLength: 3 }), location, addresses: fc.array(text, { maxLength: 3 }), details: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }), change: fc.constantFrom(...CHANGES), opens: fc.option(text, { nil: undefined }) });
  const group = fc.record({ part, kind: fc.constantFrom(...KINDS), exposure: fc.constantFrom(undefined, 'public' as const, 'private' as const, 'isolated' as const), parent: fc.nat(30) });
  const node = fc.record({ part, tier: fc.integer({ min: 0, max: 5 }), count: fc.constantFrom(undefined, 1, 2, 12), stacked: fc.boolean(), parent: fc.nat(30) });
  const edge = fc.record({ from: fc.nat(200), to: fc.nat(200), kind: fc.constantFrom(...EDGE_KINDS), label: fc.option(text, { nil: undefined }), change: fc.constantFrom(...CHANGES) });
  const lists = fc.record({ groups: fc.array(group, { maxLength: options.groups ?? 8 }), nodes: fc.array(node, { maxLength: options.nodes ?? 14 }), edges: fc.array(edge, { maxLength: 20 }), title: text, description: text, notes: fc.array(text, { maxLength: 3 }) });
  return lists.map((made): Diagram => {
    const common = ({ sublabel, location: place, change, opens, ...rest }: (typeof made.nodes)[number]['part']): Omit<DiagramNode, 'id' | 'stacked' | 'tier'> => ({ ...rest, ...given('sublabel', sublabel), ...given('location', place), ...given('change', change), ...given('opens', opens) });
    const groups = made.groups.map(({ part: own, kind, exposure, parent }, index): DiagramGroup => {
      const above = options.wellFormed === true ? parent % (index + 1) : parent;
      return { id: `g${index}`, kind, ...common(own), ...given('exposure', exposure), ...(above === index && options.wellFormed === true ? {} : { parent: `g${above}` }) };
    });
    const nodes = made.nodes.map(({ part: own, tier, count, stacked, parent }, index): DiagramNode => ({ id: `n${index}`, tier, stacked, ...common(own), ...given('count', count), ...(parent < groups.length ? { parent: `g${parent}` } : {}) }));
    const ids = [...groups, ...nodes].map((one) => one.id);
    const edges = made.edges.flatMap(({ from, to, kind, label, change }, index): DiagramEdge[] => {
      const wrap = (value: number): string | undefined => (options.wellFormed === true ? ids[value % Math.max(1, ids.length)] : (ids[value] ?? `n${value}`));
      const ends = [wrap(from), wrap(to)];
      return ends[0] === undefined || ends[1] === undefined ? [] : [{ id: `e${index}`, from: ends[0], to: ends[1], kind, locations: [], ...given('label', label), ...given('change', change) }];
    });
    return { id: 'main', title: made.title, description: made.description, level: 'resource', view: 'network', groups, nodes, edges, notes: made.notes, coverage: { resources: nodes.length, drawn: nodes.length, folded: 0, hidden: 0, generic: 0 } };
  });
}
