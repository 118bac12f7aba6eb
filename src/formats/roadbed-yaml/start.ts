/**
 * How an artifact is started when its Score file names no command: one small file inside the artifact.
 *
 * It lies at `.roadbed/start.json`, so the artifact's digest covers it and a release starts the same way
 * for ever, whatever later versions of detection would say.
 */

/** Path inside the artifact. */
export const START_FILE = '.roadbed/start.json';

export type Start =
  /** Run in the artifact's folder. */
  | { schemaVersion: 1; kind: 'command'; command: string[] }
  /** Served by Roadbed's own file server; `root` is a folder of the artifact (`.` is the whole). */
  | { schemaVersion: 1; kind: 'static'; root: string; fallback?: string };

export function printStart(start: Start): string {
  return `${JSON.stringify(start, undefined, 2)}\n`;
}

/** Reads the file; undefined when it is none of ours. */
export function parseStart(text: string): Start | undefined {
  let value: Partial<Record<'schemaVersion' | 'kind' | 'command' | 'root' | 'fallback', unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || value.schemaVersion !== 1) return undefined;
  if (value.kind === 'command' && Array.isArray(value.command) && value.command.length > 0 && value.command.every((part) => typeof part === 'string' && part !== '')) {
    return { schemaVersion: 1, kind: 'command', command: value.command as string[] };
  }
  if (value.kind !== 'static' || !isInside(value.root)) return undefined;
  return { schemaVersion: 1, kind: 'static', root: value.root, ...(isInside(value.fallback) ? { fallback: value.fallback } : {}) };
}

/** The argument array to run; `node` and `staticServer` are the programs of this installation. */
export function startArguments(start: Start, programs: { node: string; staticServer: string }): string[] {
  if (start.kind === 'command') return start.command;
  return [programs.node, programs.staticServer, start.root, ...(start.fallback === undefined ? [] : ['--fallback', start.fallback])];
}

/** A relative path that stays inside. */
export function isInside(path: unknown): path is string {
  return typeof path === 'string' && path !== '' && !path.startsWith('/') && !/[\x00-\x1f\\]/.test(path) && !path.split('/').includes('..');
}
