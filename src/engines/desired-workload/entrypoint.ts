/**
 * What starts an artifact whose Score file names no command, found in the artifact's own files.
 *
 * A container image carries its entry point; an artifact built from a repository has conventions instead:
 * npm's `start` script, else `server.js` (npm's own default), else `main`; a folder with an `index.html`
 * is a static site. A plain `node <file>` is started without npm, so that signals and exit codes are the
 * program's own.
 */
const PACKAGE = 'package.json';
const INDEX = 'index.html';
const DEFAULT_SERVER = 'server.js';
const PLAIN_WORDS = /^node(?: [\w@%+=:,./-]+)+$/;

/** Files of the artifact that `findEntrypoint` wants to see. */
export const ENTRYPOINT_FILES: readonly string[] = [PACKAGE, DEFAULT_SERVER, INDEX];

/** The argument array that starts the artifact; undefined when nothing says how. `staticServer` serves a folder of files. */
export function findEntrypoint(files: ReadonlyMap<string, Uint8Array>, staticServer?: readonly string[]): string[] | undefined {
  const manifest = readManifest(files.get(PACKAGE));
  if (manifest?.start !== undefined) return PLAIN_WORDS.test(manifest.start) ? manifest.start.split(' ') : ['npm', 'start'];
  if (files.has(DEFAULT_SERVER)) return ['node', DEFAULT_SERVER];
  if (manifest?.main !== undefined && !manifest.main.startsWith('-')) return ['node', manifest.main];
  return files.has(INDEX) && staticServer !== undefined ? [...staticServer] : undefined;
}

function readManifest(bytes: Uint8Array | undefined): { start?: string; main?: string } | undefined {
  if (bytes === undefined) return undefined;
  try {
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as { scripts?: { start?: unknown }; main?: unknown } | null;
    const start = manifest?.scripts?.start;
    return {
      ...(typeof start === 'string' && start.trim() !== '' ? { start: start.trim() } : {}),
      ...(typeof manifest?.main === 'string' && manifest.main !== '' ? { main: manifest.main } : {}),
    };
  } catch {
    return undefined;
  }
}
