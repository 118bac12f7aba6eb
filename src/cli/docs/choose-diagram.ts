/** Which diagram of a set is meant. */
import { PlatformError } from '../../domain/error.ts';
import type { Diagram, DiagramSet } from '../../engines/diagram/diagram.ts';
import type { DocsFlags } from './options.ts';

/** The first that fits `--diagram`, `--level` and `--view`; the entry without them. Throws ROADBED-8067 when none does. */
export function chooseDiagram(set: DiagramSet, flags: Pick<DocsFlags, 'diagram' | 'level' | 'view'>): Diagram {
  const fits = (diagram: Diagram): boolean => (flags.diagram === undefined || diagram.id === flags.diagram) && (flags.level === undefined || diagram.level === flags.level) && (flags.view === undefined || diagram.view === flags.view);
  const found = set.diagrams.find(fits);
  if (found !== undefined) return found;
  const there = set.diagrams.map((diagram) => `${diagram.id} (${diagram.level}, by ${diagram.view})`);
  throw new PlatformError({
    code: 'ROADBED-8067',
    class: 'not-found',
    message: 'there is no such diagram of this infrastructure',
    why: there.length === 0 ? 'there is none at all' : `there are: ${there.slice(0, 20).join(', ')}`,
    next: 'give --diagram one of these names, or leave it out',
  });
}
