/** `npm run bench -- <name>`: set up, then bench/<name>.ts, which prints JSON. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, root, runOnNode } from './bootstrap.mjs';

const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));
if (name === undefined || !known.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <${known.join('|')}>\n`);
  process.exit(2);
}
await ensureDependencies();
process.exitCode = await runOnNode([join(root, 'bench', `${name}.ts`), ...rest], { cwd: root });
