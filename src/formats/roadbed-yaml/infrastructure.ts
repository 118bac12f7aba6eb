/**
 * The root modules that a repository declares in `roadbed.yaml`.
 *
 * The same folder may stand there several times, with other variables or another workspace: that is how one
 * root becomes `production` and `staging`. So a root is known by its name, and by its path only without one.
 */
import type { Checker } from './check.ts';
import { isInside } from './start.ts';

export interface DeclaredRoot {
  path: string;
  name?: string;
  workspace?: string;
  variableFiles?: string[];
}

/** Reports paths that leave the repository and names that stand twice. Answers the roots as written. */
export function readInfrastructure(roots: readonly DeclaredRoot[], checker: Checker): DeclaredRoot[] {
  const names = roots.map((root) => root.name ?? root.path);
  roots.forEach((root, index) => {
    const place = ['infrastructure', index];
    if (!isInside(root.path)) checker.report([...place, 'path'], 'must be a folder of the repository');
    if (names.indexOf(names[index] ?? '') !== index) checker.report([...place, root.name === undefined ? 'path' : 'name'], `"${names[index]}" stands here twice`, { hint: 'give each root a name of its own' });
    root.variableFiles?.forEach((file, at) => {
      if (file.startsWith('/') || depth(root.path, file) < 0) checker.report([...place, 'variableFiles', at], 'must be a file of the repository');
    });
  });
  return [...roots];
}

/** How deep the path gets at its highest point, seen from the repository: below 0 it has left it. */
function depth(folder: string, path: string): number {
  let level = 0;
  let lowest = 0;
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    level += part === '..' ? -1 : 1;
    lowest = Math.min(lowest, level);
  }
  return lowest;
}
