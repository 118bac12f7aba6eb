/** Paths within a source tree: relative, `/` between parts, `.` for the tree's own folder. */

/** `path` seen from `folder`, without `.` and `..`; undefined when it leaves the tree or is absolute. */
export function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of `${folder}/${path.replaceAll('\\', '/')}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? '.' : parts.join('/');
}

/** How `to` is written seen from `from`: `../../modules/x`. */
export function relativePath(from: string, to: string): string {
  const source = from === '.' ? [] : from.split('/');
  const target = to === '.' ? [] : to.split('/');
  let shared = 0;
  while (shared < source.length && shared < target.length && source[shared] === target[shared]) shared += 1;
  const path = [...source.slice(shared).map(() => '..'), ...target.slice(shared)].join('/');
  return path === '' ? '.' : path;
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
