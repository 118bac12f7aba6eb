/**
 * Which files of a folder make up its module, and in which order.
 *
 * Files are read by name; `override.tf` and `*_override.tf` come last and are laid over the others. With
 * OpenTofu a file `x.tofu` stands in for `x.tf`; where there is any `.tofu` file the author uses OpenTofu,
 * unless the user says otherwise. Editors' leftovers (`.x.tf`, `x.tf~`, `#x.tf#`) are no configuration.
 */
import { compareText } from '../value/type.ts';

export type Dialect = 'terraform' | 'opentofu';

export interface FolderFiles {
  dialect: Dialect;
  /** Paths within the tree; overrides last. */
  paths: string[];
  isOverride: (path: string) => boolean;
}

const EXTENSION = /\.(tf|tofu)(\.json)?$/;

/** The configuration files among the files of one folder. */
export function configurationFiles(paths: readonly string[], wanted: Dialect | 'auto'): FolderFiles {
  const candidates = paths.filter((path) => EXTENSION.test(path) && !isLeftover(baseName(path))).sort(compareText);
  const hasTofu = candidates.some((path) => /\.tofu(\.json)?$/.test(path));
  const dialect = wanted === 'auto' ? (hasTofu ? 'opentofu' : 'terraform') : wanted;
  const present = new Set(candidates);
  const chosen = candidates.filter((path) => {
    const tofu = /\.tofu(\.json)?$/.test(path);
    if (dialect === 'terraform') return !tofu;
    return tofu || !present.has(path.replace(/\.tf(\.json)?$/, '.tofu$1'));
  });
  return { dialect, paths: [...chosen.filter((path) => !isOverride(path)), ...chosen.filter(isOverride)], isOverride };
}

function isOverride(path: string): boolean {
  const name = baseName(path).replace(EXTENSION, '');
  return name === 'override' || name.endsWith('_override');
}

function isLeftover(name: string): boolean {
  return name.startsWith('.') || name.startsWith('#') || name.endsWith('~');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
