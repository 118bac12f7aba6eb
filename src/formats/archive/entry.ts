/**
 * The canonical archive of an artifact: the same files give the same bytes, whoever packs them and when.
 *
 * It is a POSIX tar (ustar, with pax records where a path needs them) in which everything accidental is
 * fixed: order by path in code units, time 0, owner 0, mode 0755 for folders and programs and 0644 for the
 * rest. Only folders, regular files and symbolic links exist, and every link stays inside the archive.
 */
export type EntryType = 'folder' | 'file' | 'link';

export interface ArchiveEntry {
  /** Relative, `/` between parts, no `.` or `..`, no trailing slash. */
  path: string;
  type: EntryType;
  /** Bytes; 0 for folders and links. */
  size: number;
  executable: boolean;
  /** Of a link: its target as written. */
  target?: string;
}

export const BLOCK = 512;
const LONGEST_PATH = 1_024;

export class ArchiveProblem extends Error {}

/** Why a path cannot stand in an archive; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > LONGEST_PATH) return `is longer than ${LONGEST_PATH} characters`;
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'has a control character or a backslash';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'is not a plain relative path';
  return undefined;
}

/** Code-unit order of paths; parents come before what is in them. */
export function comparePaths(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

const MOST_HOPS = 40;

/**
 * Where a link leads, following the other links of the archive as the kernel would.
 *
 * Looking at the text alone is not enough: through a link to a folder further up, `..` can climb out of the
 * archive although the text stays inside. Answers undefined when it leads out, is absolute, or never ends.
 */
export function resolveLink(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const position = path.split('/').slice(0, -1);
  const todo = [...(links.get(path) ?? '').split('/')].reverse();
  if (links.get(path)?.startsWith('/') === true) return undefined;
  for (let hops = 0; todo.length > 0; ) {
    const part = todo.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (position.pop() === undefined) return undefined;
      continue;
    }
    position.push(part);
    const target = links.get(position.join('/'));
    if (target === undefined) continue;
    hops += 1;
    if (hops > MOST_HOPS || target.startsWith('/')) return undefined;
    position.pop();
    todo.push(...target.split('/').reverse());
  }
  return position.join('/');
}

/** Throws for the first link that leads out of the archive. */
export function checkLinks(entries: readonly ArchiveEntry[]): void {
  const links = new Map(entries.filter((entry) => entry.type === 'link').map((entry) => [entry.path, entry.target ?? '']));
  for (const [path, target] of links) {
    const problem = target === '' || target.length > LONGEST_PATH || /[\u0000-\u001f\u007f\\]/.test(target) || !target.isWellFormed();
    if (problem || resolveLink(path, links) === undefined) throw new ArchiveProblem(`the link ${JSON.stringify(path)} leads to ${JSON.stringify(target.slice(0, 200))}, out of the folder`);
  }
}
