/**
 * Where Node keeps compiled (and, in a clone, stripped) modules, so that a second start need not do it again.
 *
 * The default place below the temporary folder is lost at a reboot and may be made by any user beforehand, who
 * would then say what code runs here. A clone keeps the cache with its dependencies, a package with the user's.
 */
import { constants, enableCompileCache, flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './package-root.ts';

/** By then a start is over; Node itself writes only at a clean end, and a crash should not cost the next start. */
const FLUSH_AFTER_MS = 10_000;

function place(): string {
  if (extname(fileURLToPath(import.meta.url)) === '.ts') return join(packageRoot, 'node_modules', '.cache', 'roadbed');
  if (process.getuid?.() === 0) return '/var/cache/roadbed';
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'roadbed');
}

/** For this process and, by the environment, for the edge and the supervisor. A place that cannot be written is no error. */
export function useCompileCache(): void {
  const folder = process.env['NODE_COMPILE_CACHE'] ?? place();
  if (enableCompileCache(folder).status === constants.compileCacheStatus.FAILED) return;
  process.env['NODE_COMPILE_CACHE'] = folder;
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
}
