/**
 * What a platform team adds without building Roadbed, as data in its extensions folder: `detectors/<any>.json`,
 * `golden-paths/<name>/` and `repository-hosts.json`. The server reads that of its data directory, once, at the start; a laptop any copy of it.
 *
 * Own ones come before those that ship; an own golden path of a shipped name replaces it. A faulty file fails
 * the start with its name, because silence would make repositories be built by something else.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowedHosts, type AllowedHosts } from '../../adapters/git/remote-network.ts';
import type { ServiceTemplate } from '../../control/service-template/template.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import { parseDetectors } from '../../engines/pipeline-detection/load.ts';
import { SHIPPED_DETECTORS } from '../../engines/pipeline-detection/shipped.ts';
import { readTemplates } from './templates.ts';

export function extensionsOf(dataDir: string): string {
  return join(dataDir, 'extensions');
}

/** Detectors in the order in which they are tried; files in order of their names. Throws ROADBED-2104. */
export function allDetectors(extensions: string): Detector[] {
  const folder = join(extensions, 'detectors');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : [];
  return [...files.flatMap((name) => parseDetectors(readFileSync(join(folder, name), 'utf8'), join(folder, name))), ...SHIPPED_DETECTORS];
}

/** Golden paths by name, own ones first. Throws ROADBED-3340. */
export function allTemplates(extensions: string): ServiceTemplate[] {
  const folder = join(extensions, 'golden-paths');
  const own = existsSync(folder) ? readTemplates(folder) : [];
  return [...own, ...readTemplates().filter((shipped) => !own.some((one) => one.name === shipped.name))];
}

/** Hosts inside the platform's network that repositories may be fetched from. Throws ROADBED-2014. */
export function repositoryHosts(extensions: string): AllowedHosts {
  const file = join(extensions, 'repository-hosts.json');
  if (!existsSync(file)) return allowedHosts([], file);
  let entries: unknown;
  try {
    entries = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Told below as what it is: no list.
  }
  return allowedHosts(entries, file);
}
