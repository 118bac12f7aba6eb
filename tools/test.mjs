/** `npm test`: set up, then all tests; arguments after `--` go to the test runner. */
import { join } from 'node:path';
import { ensureDependencies, root, runOnNode } from './bootstrap.mjs';

await ensureDependencies();
const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const given = process.argv.slice(2);
const config = given.includes('--config') ? [] : ['--config', 'vitest.config.ts'];
process.exitCode = await runOnNode([runner, 'run', ...config, ...given], { cwd: root });
