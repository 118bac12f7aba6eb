import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const OPEN_TO_OTHERS = 0o711;

/** Writes the unit file beside its place and renames it in. A unit that names a folder to write needs it before the first start. */
export async function writeUnit(path: string, text: string, folders: readonly string[]): Promise<void> {
  const mode = process.getuid?.() === 0 ? OPEN_TO_OTHERS : 0o700;
  for (const folder of folders) await mkdir(folder, { recursive: true, mode });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text, { mode: 0o644 });
  await rename(`${path}.new`, path);
}
