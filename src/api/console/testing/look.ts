/** `node src/api/console/testing/look.ts [--empty]`: the console over the fleet in memory, and a link to sign in. */
import { resolve } from 'node:path';
import { startTestConsole } from './start-console.ts';

const started = await startTestConsole({ webRoot: resolve(import.meta.dirname, '../../../../web/dist'), empty: process.argv.includes('--empty'), port: Number(process.env['PORT'] ?? 0) });
console.log(await started.loginLink());
