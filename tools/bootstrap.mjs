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
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const LOCK_STALE_MS = 15 * 60_000;

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const inClone = existsSync(join(root, 'src', 'app')) && existsSync(join(root, 'package-lock.json'));

const marker = join(root, 'node_modules', '.roadbed-lock-hash');
const major = Number(process.versions.node.split('.')[0]);

function fail(line, code = 2) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

function lockHash() {
  return createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

function installed(hash) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === hash;
}

/** One installer at a time; a second `npm start` waits for the first. */
async function holdingInstallLock(work) {
  const lock = join(root, '.roadbed-install');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return work();
  } finally {
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
    process.stderr.write('roadbed: installing the locked dependencies (once)\n');
    const [command, before] = npmCommand();
    const result = spawnSync(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (result.error !== undefined) fail(`roadbed: npm could not be started (${result.error.message}); install npm and try again`);
    if (result.status !== 0) fail('roadbed: installing the dependencies failed, see above; check the network and try again', 1);
    writeFileSync(marker, hash);
  });
}

/** Path of a Node 24 or newer; the running one where it is new enough. */
export function nodeExecutable() {
  if (major >= NEEDED_MAJOR) return process.execPath;
  const bundled = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(bundled)) fail(`roadbed: Node ${NEEDED_MAJOR} is missing from node_modules; run "npm ci" in ${root}`);
  return bundled;
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
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => fail(`roadbed: ${node} could not be started: ${error.message}`, 1));
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9)));
  });
}

/** Runs the product with these arguments: compiled in a package, from source in a clone. */
export async function runRoadbed(args) {
  if (!inClone) {
    if (major < NEEDED_MAJOR) fail(`roadbed: Node ${NEEDED_MAJOR} or newer is needed, this is ${process.versions.node}; install it (https://nodejs.org) and run the command again`);
    await import(new URL('../dist/app/main.js', import.meta.url).href);
    return;
  }
  await ensureDependencies();
  if (major >= NEEDED_MAJOR) {
    await import(new URL('../src/app/main.ts', import.meta.url).href);
    return;
  }
  process.exitCode = await runOnNode(['--disable-warning=ExperimentalWarning', join(root, 'src', 'app', 'main.ts'), ...args]);
}
