/** Puts the file server where every user that a service runs as can read it; the package may lie in a private folder. */
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Answers the path of the program below `sharedDir`. Copied once a version; a clone's sources are copied at every start. */
export function installStaticServer(sharedDir: string, version: string): string {
  const extension = extname(fileURLToPath(import.meta.url));
  const source = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'adapters', 'static-server');
  const target = join(sharedDir, `static-server-${version}`);
  if (extension === '.ts' || !existsSync(target)) {
    const temporary = `${target}.${process.pid}`;
    rmSync(temporary, { recursive: true, force: true });
    cpSync(source, temporary, { recursive: true, filter: (path) => !path.includes('.test.') });
    rmSync(target, { recursive: true, force: true });
    mkdirSync(sharedDir, { recursive: true });
    renameSync(temporary, target);
    copyFileSync(join(source, '..', '..', '..', 'package.json'), join(target, 'package.json'));
  }
  return join(target, `main${extension}`);
}
