/** What an expression refers to by its text alone, before anything is evaluated. */
import type { Written } from './declarations.ts';
import { referenceSteps } from './syntax.ts';

/** Deeper syntax does not come out of the parser. */
const DEEPEST = 1000;

/** The references that stand in an expression, as names up to the first key. */
export function writtenReferences(written: Written): string[][] {
  const found: string[][] = [];
  const visit = (node: unknown, depth: number): void => {
    if (typeof node !== 'object' || node === null || depth > DEEPEST) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item, depth + 1);
      return;
    }
    if ('kind' in node && (node.kind === 'variable' || node.kind === 'attribute-access' || node.kind === 'index')) {
      const steps = referenceSteps(node as Written['expression']);
      if (steps !== undefined) {
        const end = steps.findIndex((step) => step.kind !== 'name');
        found.push((end < 0 ? steps : steps.slice(0, end)).flatMap((step) => (step.kind === 'name' ? [step.name] : [])));
        return;
      }
    }
    for (const inner of Object.values(node)) visit(inner, depth + 1);
  };
  visit(written.expression, 0);
  return found;
}
