/** How much of an input was understood, in a sentence or two: nothing is left out in silence. */
import type { ModelCoverage } from '../../engines/infrastructure/model.ts';

const SHOWN_REASONS = 4;

/** `14 files, 62 blocks: 38 of 41 resource blocks understood (2 in modules that are not here); 120 of 900 attributes unknown: ...`. */
export function coverageLine(coverage: ModelCoverage): string {
  const files = `${counted(coverage.files, 'file')}${coverage.unreadableFiles === 0 ? '' : ` (${coverage.unreadableFiles} unreadable)`}, ${counted(coverage.blocks, 'block')}`;
  const resources = `${coverage.resourceBlocksUnderstood} of ${counted(coverage.resourceBlocks, 'resource block')} understood, ${counted(coverage.instances, 'instance')}`;
  const opaque = coverage.opaqueModules === 0 ? '' : `; ${counted(coverage.opaqueModules, 'module')} not here`;
  const reasons = coverage.reasons.slice(0, SHOWN_REASONS).map((reason) => `${reason.reason} ${reason.count}`);
  const more = coverage.reasons.length > SHOWN_REASONS ? [`${coverage.reasons.length - SHOWN_REASONS} other reasons`] : [];
  const unknown = coverage.unknownAttributes === 0 ? '' : `; ${coverage.unknownAttributes} of ${coverage.attributes} attributes unknown: ${[...reasons, ...more].join(', ')}`;
  return `${files}: ${resources}${opaque}${unknown}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
