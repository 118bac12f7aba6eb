/** Where the code of a module call lies: a folder of the tree, or elsewhere with what to run to get it. */
import { resolvePath } from './folder-path.ts';

/** A row of `.terraform/modules/modules.json`, which `terraform init` writes. */
export interface InstalledModule {
  source: string;
  version?: string;
  /** Within the tree. */
  folder: string;
}

export type LocatedModule = { folder: string; version?: string } | { opaque: string; problem?: string; hint?: string };

/** `key` is the path of the call, `network.subnets`; `folder` the one of the calling module. */
export function locateModule(source: string, folder: string, key: string, installed: ReadonlyMap<string, InstalledModule>, hasFolder: (folder: string) => boolean): LocatedModule {
  if (isLocal(source)) return locateLocal(source, folder, hasFolder);
  const found = installed.get(key);
  if (found !== undefined && hasFolder(found.folder)) return { folder: found.folder, ...(found.version === undefined ? {} : { version: found.version }) };
  if (source.startsWith('/')) return { opaque: `the source ${source} is an absolute path`, problem: `the module's source ${source} is an absolute path, which is not read`, hint: 'write the path relative to this module: ../modules/x' };
  return { opaque: `the code of ${source} is not here: run terraform init (or terraform get), or tofu init` };
}

export function isLocal(source: string): boolean {
  return source === '.' || source === '..' || /^\.\.?[/\\]/.test(source);
}

function locateLocal(source: string, folder: string, hasFolder: (folder: string) => boolean): LocatedModule {
  // A double slash only tells a package from a folder in it, which a local path does not need.
  const path = resolvePath(folder, source);
  if (path === undefined) return { opaque: `${source} leads out of the folder that was read`, problem: `the module's source ${source} leads out of the folder that was read`, hint: 'give the root folder of the repository' };
  if (!hasFolder(path)) return { opaque: `there is no module in ${path}`, problem: `there is no configuration in the folder ${path}` };
  return { folder: path };
}

/** Reads `modules.json`; undefined when it is none. `root` is the folder it belongs to. */
export function installedModules(text: string, root: string): Map<string, InstalledModule> | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const rows = typeof data === 'object' && data !== null && 'Modules' in data ? data.Modules : undefined;
  if (!Array.isArray(rows)) return undefined;
  const installed = new Map<string, InstalledModule>();
  for (const row of rows as unknown[]) {
    if (typeof row !== 'object' || row === null) continue;
    const { Key: key, Source: source, Version: version, Dir: dir } = row as Record<string, unknown>;
    const folder = typeof dir === 'string' ? resolvePath(root, dir) : undefined;
    if (typeof key === 'string' && key !== '' && typeof source === 'string' && folder !== undefined) installed.set(key, { source, folder, ...(typeof version === 'string' && version !== '' ? { version } : {}) });
  }
  return installed;
}
