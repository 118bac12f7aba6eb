/** `lifecycle.ignore_changes` as a question about paths: `tags["Name"]` covers `tags.Name` and what is below it. */
import { addressSteps } from '../../formats/terraform/address.ts';
import type { ResourceInstance } from '../infrastructure/model.ts';

/** The path of attributes (dotted, with indexes) that a written traversal means. */
function dotted(written: string): string {
  const steps = addressSteps(written);
  return steps === undefined ? written : steps.map((step) => (typeof step === 'string' ? step : String(step.key))).join('.');
}

/** Ignoring `tags` ignores `tags_all` too, as the providers do. */
export function ignoredChanges(lifecycle: ResourceInstance['lifecycle']): (path: string) => boolean {
  const ignored = lifecycle?.ignoreChanges ?? [];
  if (ignored === 'all') return () => true;
  if (ignored.length === 0) return () => false;
  const paths = ignored.map(dotted);
  const all = [...paths, ...paths.flatMap((path) => (/^(tags|labels)(\.|$)/.test(path) ? [path.replace(/^tags/, 'tags_all').replace(/^labels/, 'effective_labels')] : []))];
  return (path) => all.some((known) => path === known || (path.startsWith(known) && path[known.length] === '.'));
}
