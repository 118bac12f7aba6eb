/**
 * Addresses of source lines and of other views. A pattern is the caller's, the path and line put into it
 * are the repository's: each path segment is encoded, so that no file name can make a scheme, a host or
 * another attribute of it.
 */
import { PlatformError } from '../../../domain/error.ts';
import type { ModelLocation } from '../../infrastructure/model.ts';

export const DEFAULT_LINK_PATTERN = '{file}#L{line}';
const SCHEMES = new Set(['http', 'https', 'vscode']);
const UNSAFE_CHARACTER = /[\u0000-\u0020\u007F"'`<>\\|^]/g;

/**
 * `pattern` with what cannot stand in an address encoded.
 *
 * Throws: ROADBED-6601 for a scheme other than http, https and vscode: a browser might execute it.
 */
export function checkLinkPattern(pattern: string): string {
  const scheme = /^[\s\u0000-\u001F]*([a-z][a-z0-9+.\s-]*):/i.exec(pattern)?.[1]?.toLowerCase();
  if (scheme !== undefined && !SCHEMES.has(scheme)) {
    throw new PlatformError({
      code: 'ROADBED-6601', class: 'usage', message: 'The pattern for links to the source cannot be used.',
      why: `\`${pattern.slice(0, 120)}\` is neither a relative path nor an address that begins with https://, http:// or vscode://file/.`,
      next: 'Give a pattern such as `{file}#L{line}` or `https://git.example.com/team/infra/blob/main/{file}#L{line}`.',
    });
  }
  return pattern.toWellFormed().replace(UNSAFE_CHARACTER, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function encodedPath(path: string): string {
  return path.split('/').map((segment) => encodeURIComponent(segment.toWellFormed())).join('/');
}

/** The address of a location, or undefined when there is no file. */
export function sourceLink(pattern: string, location: ModelLocation | undefined): string | undefined {
  if (location === undefined || location.file === '') return undefined;
  const relative = location.file.replace(/^\/+/, '');
  const path = pattern.startsWith('{file}') && /^[^/]*:/.test(relative) ? `./${encodedPath(relative)}` : encodedPath(relative);
  return pattern.replaceAll('{file}', () => path).replaceAll('{line}', () => String(Math.max(1, Math.trunc(location.line) || 1)));
}

/** The address of another view by `{view}`. */
export function viewLink(pattern: string | undefined, view: string): string | undefined {
  return pattern?.replaceAll('{view}', () => encodeURIComponent(view.toWellFormed()));
}
