/**
 * The order in which local values stand on each other, so that a chain of thousands of them is evaluated from
 * its end and not by as many nested calls. Where they stand in a circle any order does: evaluation finds it.
 */
import type { ModuleConfiguration } from '../configuration/declarations.ts';
import { writtenReferences } from '../configuration/written-references.ts';
import { compareText } from '../value/type.ts';

export function localsInOrder(configuration: ModuleConfiguration): string[] {
  const { locals } = configuration;
  const order: string[] = [];
  const seen = new Set<string>();
  const needs = (name: string): string[] => {
    const local = locals.get(name);
    const names = local === undefined ? [] : writtenReferences(local.value).flatMap(([root, first]) => (root === 'local' && first !== undefined && locals.has(first) ? [first] : []));
    return names.sort(compareText);
  };
  for (const start of [...locals.keys()].sort(compareText)) {
    const open: { name: string; left: string[] }[] = [];
    const enter = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      open.push({ name, left: needs(name) });
    };
    enter(start);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.left.pop();
      if (next !== undefined) enter(next);
      else {
        order.push(top.name);
        open.pop();
      }
    }
  }
  return order;
}
