/**
 * What a platform team adds without building Roadbed, as data below its data directory:
 * `extensions/detectors/<any>.json` and `extensions/golden-paths/<name>/`. Read once, at the start.
 *
 * Own ones come before those that ship; an own golden path of a shipped name replaces it. A faulty file fails
 * the start with its name, because silence would make repositories be built by something else.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceTemplate } from '../../control/service-template/template.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import { parseDetectors } from '../../engines/pipeline-detection/load.ts';
import { SHIPPED_DETECTORS } from '../../engines/pipeline-detection/shipped.ts';
import { readTemplates } from './templates.ts';

/** Detectors in the order in which they are tried; files in order of their names. Throws ROADBED-2104. */
export function allDetectors(dataDir: string): Detector[] {
  const folder = join(dataDir, 'extensions', 'detectors');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : [];
  return [...files.flatMap((name) => parseDetectors(readFileSync(join(folder, name), 'utf8'), join(folder, name))), ...SHIPPED_DETECTORS];
}

/** Golden paths by name, own ones first. Throws ROADBED-3340. */
export function allTemplates(dataDir: string): ServiceTemplate[] {
  const folder = join(dataDir, 'extensions', 'golden-paths');
  const own = existsSync(folder) ? readTemplates(folder) : [];
  return [...own, ...readTemplates().filter((shipped) => !own.some((one) => one.name === shipped.name))];
}
