/** What a platform team adds to the analysis of states: `rules/*.yaml` and `prices/*.csv` of its extensions folder. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export function ownFolders(extensions: string | undefined): { rules?: string; prices?: string } {
  const folder = (name: 'rules' | 'prices'): Partial<Record<typeof name, string>> => {
    const path = extensions === undefined ? undefined : join(extensions, name);
    return path === undefined || !existsSync(path) ? {} : { [name]: path };
  };
  return { ...folder('rules'), ...folder('prices') };
}

/** Changes when own rules or prices do: what was analysed with others is analysed again. Empty without any. */
export function ownFilesMark(extensions: string): string {
  const { rules, prices } = ownFolders(extensions);
  const files = [rules, prices].flatMap((folder) => (folder === undefined ? [] : readdirSync(folder).filter((name) => /\.(yaml|csv)$/.test(name)).sort().map((name) => join(folder, name))));
  if (files.length === 0) return '';
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}
