/**
 * Names that tell parts apart.
 *
 * Two things are often called alike: the same part of several modules (`database` in each service), which the
 * module's name tells apart; and everything of a small system, when all of it is called `portal-production`. In
 * the second case the name says which system it is, not which part: the kind comes first then.
 */
import { oneLine } from './attribute-values.ts';
import { tellingStep } from './labels.ts';
import { addTo } from './order.ts';
import type { SceneGroup, SceneNode } from './scene.ts';

/** So many parts, and so large a share of all, or so many names that go on from it, make it the system's name. */
const LEAST_PARTS = 4;
const LEAST_SHARE = 0.35;
const LEAST_CONTINUED = 3;

function systemNames(labels: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const often = [...counts].filter(([, count]) => count >= LEAST_PARTS);
  const continued = (name: string): number => labels.filter((label) => label.startsWith(name) && /^[-_./ ]/.test(label.slice(name.length))).length;
  return new Set(often.filter(([name, count]) => count > labels.length * LEAST_SHARE || continued(name) >= LEAST_CONTINUED).map(([name]) => name));
}

const moduleOf = (part: SceneNode | SceneGroup): string => part.entries[0]?.resource.module ?? '';

/** Parts of one name and kind in several modules get the telling step of their module before it. */
function tellModulesApart(parts: readonly (SceneNode | SceneGroup)[]): void {
  const alike = new Map<string, (SceneNode | SceneGroup)[]>();
  for (const part of parts) addTo(alike, JSON.stringify([part.label, part.sublabel, part.glyph]), part);
  for (const same of alike.values()) {
    if (same.length === 1) continue;
    const modules = same.map(moduleOf);
    for (const part of same) part.label = oneLine([tellingStep(modules, moduleOf(part)), part.label].filter((name) => name !== undefined).join(' '), 40);
  }
}

/** Changes labels and second lines of the parts in place. */
export function tellApart(nodes: ReadonlyMap<string, SceneNode>, groups: ReadonlyMap<string, SceneGroup>): void {
  const named = [...groups.values()].filter((group) => group.entries.length > 0);
  tellModulesApart([...nodes.values()]);
  tellModulesApart(named);
  const system = systemNames([...nodes.values(), ...named].map((part) => part.label));
  for (const node of nodes.values()) {
    const kind = node.entries[0]?.type.label;
    const facts = node.sublabel.split(' · ').slice(1);
    if (kind === undefined) continue;
    if (node.label === kind) node.sublabel = facts.join(' · ');
    else if (system.has(node.label)) [node.label, node.sublabel] = [oneLine(kind, 40), [node.label, ...facts].join(' · ')];
  }
}
