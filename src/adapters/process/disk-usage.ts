/**
 * How much disk a folder uses, found without ever holding up the supervisor: a few hundred entries, then a
 * breath, and no more entries in all than a bound; beyond it the answer is a lower limit.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const MOST_ENTRIES = 400_000;

/** Bytes allocated below the folders; a file with several names counts once. Stops early above `enough`. */
export async function diskUsage(folders: readonly string[], enough: number): Promise<number> {
  const open = [...folders];
  const linked = new Set<string>();
  let bytes = 0;
  for (let entries = 0; open.length > 0 && entries < MOST_ENTRIES && bytes <= enough; ) {
    const folder = open.pop() ?? '';
    // Folders come and go while a task works; what is gone uses nothing.
    const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      entries += 1;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) continue;
      const identity = `${found.dev}:${found.ino}`;
      if (found.nlink > 1 && !entry.isDirectory() && linked.has(identity)) continue;
      if (found.nlink > 1 && !entry.isDirectory()) linked.add(identity);
      bytes += found.blocks * 512;
    }
  }
  return bytes;
}
