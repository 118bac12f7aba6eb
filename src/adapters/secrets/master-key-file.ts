/**
 * The file of the master keys: mode 0600, one current key, older ones only while a rotation runs.
 *
 * It is the one thing that a backup of the database does not hold and without which that backup's secrets
 * are noise. Several replicas on several machines need the same file.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { KEY_BYTES } from './envelope.ts';

export interface MasterKeys {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

interface FileForm {
  schemaVersion: 1;
  current: string;
  keys: Record<string, string>;
}

export function newMasterKey(): { id: string; key: Buffer } {
  return { id: `mk-${randomBytes(6).toString('hex')}`, key: randomBytes(KEY_BYTES) };
}

/** Undefined when there is no file; throws ROADBED-4102 when it is open to others or unreadable. */
export async function readMasterKeys(path: string): Promise<MasterKeys | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path, `it cannot be opened (${error.code ?? 'unknown'})`);
  });
  if (handle === undefined) return undefined;
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw unusable(path, 'it is not a regular file');
    if ((status.mode & 0o077) !== 0) throw unusable(path, `its mode is 0${(status.mode & 0o777).toString(8)}`, `chmod 600 ${path}`);
    return parse(path, await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

/** Replaces the file; it is whole or as it was before, at any moment. */
export async function writeMasterKeys(path: string, { current, keys }: MasterKeys): Promise<void> {
  const form: FileForm = { schemaVersion: 1, current, keys: Object.fromEntries([...keys].map(([id, key]) => [id, key.toString('base64')])) };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(path), `.master-key-${randomUUID()}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(form, null, 2)}\n`);
    await handle.sync();
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function parse(path: string, text: string): MasterKeys {
  let form: Partial<FileForm> | null;
  try {
    form = JSON.parse(text) as Partial<FileForm> | null;
  } catch {
    throw unusable(path, 'it is not valid JSON');
  }
  const keys = new Map(Object.entries(form?.keys ?? {}).map(([id, key]) => [id, Buffer.from(String(key), 'base64')]));
  if (form?.schemaVersion !== 1 || typeof form.current !== 'string' || !keys.has(form.current) || [...keys.values()].some((key) => key.length !== KEY_BYTES)) throw unusable(path, 'it does not have the form of a master key file');
  return { current: form.current, keys };
}

export function unusable(path: string, why: string, next = 'Restore the file from the backup that belongs to this database.'): PlatformError {
  return new PlatformError({ code: 'ROADBED-4102', class: 'refused', message: 'The master key cannot be used.', why: `${path}: ${why}.`, next });
}
