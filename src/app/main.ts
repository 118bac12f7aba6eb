/** Entry of every command. Heavy parts are loaded only by the command that needs them. */
import { fstatSync } from 'node:fs';
import { useCompileCache } from './compile-cache.ts';

useCompileCache();

// Under the bootstrap a closed channel means that the process a person sees was killed: end at once, like it.
if (process.env['ROADBED_WRAPPED'] !== undefined && process.channel !== undefined) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

/** Whether both streams lead to one reader, as with `2>&1 | head`: then nobody is left to talk to. */
function sharesReader(): boolean {
  try {
    const [out, talk] = [fstatSync(1), fstatSync(2)];
    return out.ino === talk.ino && out.dev === talk.dev;
  } catch {
    return false;
  }
}

// A reader that has enough (`roadbed pipeline | head`) is no failure, also when only talk was left to write (`status
// --watch` of nothing); a platform in the foreground outlives its reader.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if ((stream === process.stdout || sharesReader()) && !process.argv.includes('up')) process.exit(0);
  });
}

const { runProgram } = await import('../cli/program.ts');
const { localPlatform } = await import('./local-platform.ts');

process.exitCode = await runProgram(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, environment: process.env }, localPlatform());
