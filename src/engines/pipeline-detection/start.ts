/**
 * How a Node service starts, read from its package.json.
 *
 * `npm start` keeps a second process around that stands between the supervisor and the service and answers
 * signals in its own way, so a start script that is nothing but `node file args` is run directly.
 */
import type { SourceTree } from '../../domain/source-tree.ts';
import type { Start } from '../../formats/roadbed-yaml/start.ts';
import { Facts } from './facts.ts';

const PLAIN_NODE = /^\s*node((?:\s+[A-Za-z0-9_@%+=:,./-]+)+)\s*$/;
const MAIN_FILES = ['server.js', 'server.mjs', 'index.js', 'index.mjs', 'app.js', 'src/server.js', 'src/index.js'];

/** The start of the Node service in a tree; undefined when nothing says how it starts. */
export async function startCommand(tree: SourceTree): Promise<Start | undefined> {
  return await startFromFacts(await Facts.of(tree));
}

export async function startFromFacts(facts: Facts): Promise<Start | undefined> {
  const script = await facts.value('package.json', 'scripts.start');
  if (typeof script === 'string' && script.trim() !== '') {
    const hooked = (await facts.value('package.json', 'scripts.prestart')) !== undefined;
    const [, rest] = hooked ? [] : (PLAIN_NODE.exec(script) ?? []);
    return command(rest === undefined ? ['npm', 'start'] : ['node', ...rest.trim().split(/\s+/)]);
  }
  const main = await facts.value('package.json', 'main');
  const candidates = typeof main === 'string' ? [main, `${main}.js`, `${main.replace(/\/$/, '')}/index.js`].map((path) => path.replace(/^\.\//, '')) : [];
  const file = [...candidates, ...MAIN_FILES].find((path) => facts.hasFile(path));
  return file === undefined ? undefined : command(['node', file]);
}

function command(parts: string[]): Start {
  return { schemaVersion: 1, kind: 'command', command: parts };
}
