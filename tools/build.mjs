/** `npm run build` and `npm pack`: compiles src to dist and the console to web/dist. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, root, runOnNode } from './bootstrap.mjs';

await ensureDependencies();
rmSync(join(root, 'dist'), { recursive: true, force: true });
const steps = [
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')],
  [join(root, 'web', 'build.mjs')],
];
for (const step of steps) {
  const code = await runOnNode(step, { cwd: root });
  if (code !== 0) process.exit(code);
}
