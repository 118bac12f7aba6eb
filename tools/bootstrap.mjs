/**
 * The way from a fresh clone to running TypeScript, shared by `npm start`, `npm test` and `bin/roadbed`.
 *
 * It runs on any Node >= 20: installs the locked dependencies when the lock file's hash is new, then moves
 * onto Node 24 (the npm package `node`). Node 24 runs the sources as they are. In an installed package there
 * is nothing to set up: `dist` holds compiled JavaScript and an older Node is refused in one line.
 *
 * The program on Node 24 is a child with an IPC channel: when this process is killed, the channel closes and
 * the child ends at once too, so that a SIGKILL of the process a person sees is a crash of the control plane.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
/** A lock without a readable owner is being written, or was left half written; nobody writes for so long. */
const OWNERLESS_LOCK_MS = 10_000;
const PARENT_CHECK_MS = 500;

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const inClone = existsSync(join(root, 'src', 'app')) && existsSync(join(root, 'package-lock.json'));

const lockFile = join(root, 'package-lock.json');
const marker = join(root, 'node_modules', '.roadbed-lock-hash');
const major = Number(process.versions.node.split('.')[0]);

function fail(line, code = 2) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

function installed(hash) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === hash;
}

/** True when somebody ran `npm ci` themselves: npm's own list of what it installed agrees with the lock file. */
function installedByHand() {
  const listed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(listed) || !existsSync(join(root, 'node_modules', 'node', 'bin', 'node'))) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const found = JSON.parse(readFileSync(listed, 'utf8')).packages;
  const same = (path) => found[path] !== undefined && found[path].version === wanted[path].version && found[path].integrity === wanted[path].integrity;
  return Object.keys(wanted).every((path) => path === '' || same(path) || (wanted[path].optional === true && found[path] === undefined));
}

function lockIsStale(lock) {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (!(owner > 0)) return Date.now() - statSync(lock).mtimeMs > OWNERLESS_LOCK_MS;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** One installer at a time; a second `npm start` waits for the first, and takes over from one that was killed. */
async function holdingInstallLock(work) {
  const lock = join(root, '.roadbed-install');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EROFS') fail(`roadbed: ${root} cannot be written; run "npm ci" there once as its owner`, 1);
      if (error.code !== 'EEXIST') throw error;
      if (lockIsStale(lock)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function npmCommand() {
  const script = process.env.npm_execpath;
  return script !== undefined && /npm-cli\.[cm]?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
}

/** Installs the locked dependencies if the lock file is not the installed one. */
export async function ensureDependencies() {
  const hash = lockHash();
  if (installed(hash)) return;
  await holdingInstallLock(() => {
    if (installed(hash)) return;
    if (!installedByHand()) {
      process.stderr.write('roadbed: installing the locked dependencies (once)\n');
      const [command, before] = npmCommand();
      const result = spawnSync(command, [...before, 'ci', '--include=dev', '--include=optional', '--ignore-scripts=false', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
      });
      if (result.error !== undefined) fail(`roadbed: npm could not be started (${result.error.message}); install npm and try again`);
      if (result.status !== 0) fail('roadbed: installing the dependencies failed, see above; check the network and try again', 1);
    }
    writeFileSync(marker, hash);
  });
}

/** Builds the console's pages if their sources are newer than the built ones; a look takes a few milliseconds. */
async function ensureConsole() {
  const { consoleIsBuilt } = await import(new URL('../web/build.mjs', import.meta.url).href);
  if (consoleIsBuilt()) return;
  await holdingInstallLock(async () => {
    if (consoleIsBuilt()) return;
    process.stderr.write('roadbed: building the console\n');
    const code = await runOnNode([join(root, 'web', 'build.mjs')], { cwd: root });
    if (code !== 0) fail('roadbed: the console could not be built, see above', 1);
  });
}

/** Path of a Node 24 or newer; the running one where it is new enough. */
export function nodeExecutable() {
  if (major >= NEEDED_MAJOR) return process.execPath;
  const bundled = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(bundled)) fail(`roadbed: Node ${NEEDED_MAJOR} is missing from node_modules; run "npm ci" in ${root}`);
  return bundled;
}

/** npm passes signals on; when npm itself is killed, nobody would ever end what it started. */
function whenNpmIsGone(end) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, PARENT_CHECK_MS);
  return timer.unref();
}

/** Runs a script on Node 24 with this process's streams and answers its exit code; signals are passed on. */
export function runOnNode(args, options = {}) {
  return new Promise((resolve) => {
    const node = nodeExecutable();
    const child = spawn(node, args, {
      cwd: options.cwd ?? process.cwd(),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        PATH: [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(':'),
        ROADBED_WRAPPED: '1',
        ...options.env,
      },
    });
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const pass = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, pass);
    const watch = whenNpmIsGone(() => child.kill('SIGTERM'));
    child.on('error', (error) => fail(`roadbed: ${node} could not be started: ${error.message}`, 1));
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const one of signals) process.off(one, pass);
      resolve(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9));
    });
  });
}

/** Runs the product with these arguments: compiled in a package, from source in a clone. */
export async function runRoadbed(args) {
  // The entry reads its own words: `infra-docs` is `roadbed docs` with one word more.
  process.argv.splice(2, process.argv.length, ...args);
  if (!inClone) {
    if (major < NEEDED_MAJOR) fail(`roadbed: Node ${NEEDED_MAJOR} or newer is needed, this is ${process.versions.node}; install it (https://nodejs.org) and run the command again`);
    await import(new URL('../dist/app/main.js', import.meta.url).href);
    return;
  }
  await ensureDependencies();
  if (args.includes('up')) await ensureConsole();
  if (major >= NEEDED_MAJOR) {
    whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'));
    await import(new URL('../src/app/main.ts', import.meta.url).href);
    return;
  }
  process.exitCode = await runOnNode(['--disable-warning=ExperimentalWarning', join(root, 'src', 'app', 'main.ts'), ...args]);
}
