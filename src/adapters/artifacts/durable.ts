/** Files that are either whole or not there, also after SIGKILL or power loss: written beside, flushed, renamed, folder flushed. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A name beside `path` that `isTemporary` recognises. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.tmp-${randomUUID()}`);
}

export function isTemporary(name: string): boolean {
  return name.startsWith('.tmp-');
}

export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = temporaryBeside(path);
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await handle.close();
  await publish(temporary, path);
}

/** Gives a flushed file or folder its name. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
