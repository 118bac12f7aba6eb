/** docs/tutorials are executed: each block is typed into a shell, against a platform in a fresh home and data directory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { purge } from '../testing/platform.ts';
import { missingLine, seen, stepsOf, type Step } from '../testing/tutorial.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'tutorials', 'first-five-minutes.md');
const STEP_LIMIT_MS = 4 * 60_000;

let home: string;
let shell: Shell;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'roadbed-tutorial-'));
  chmodSync(home, 0o755);
  shell = new Shell(environment());
});

afterAll(async () => {
  await shell.close();
  purge(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
}, 2 * 60_000);

/** A reader's environment: a home of their own, a name for commits, and nothing that names another Roadbed. */
function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !/^(ROADBED_|DATABASE_URL|VITEST|NODE_OPTIONS|FORCE_COLOR|XDG_|GIT_)/.test(name)) as [string, string][];
  const person = { GIT_AUTHOR_NAME: 'Reader', GIT_AUTHOR_EMAIL: 'reader@example.test', GIT_COMMITTER_NAME: 'Reader', GIT_COMMITTER_EMAIL: 'reader@example.test' };
  return { ...Object.fromEntries(kept), ...person, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: home, ROADBED_DATA_DIR: join(home, 'data') };
}

/** Both terminals of the reader. Directory and variables go on from block to block, as they do for a person. */
class Shell {
  readonly #environment: Record<string, string>;
  readonly #running = new Set<ChildProcess>();
  #folder = ROOT;
  #exports: Record<string, string> = {};

  constructor(given: Record<string, string>) {
    this.#environment = given;
  }

  /** What the step printed; throws when it fails or takes too long. */
  async run(step: Step): Promise<string> {
    const state = join(home, 'state');
    const remember = step.until.length > 0 ? '' : `\n{ pwd; env -0; } > '${state}'`;
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-a', '-c', `${step.commands}${remember}`], { cwd: this.#folder, env: { ...this.#environment, ...this.#exports }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#running.add(child);
    const output = await this.#watch(child, step);
    if (step.until.length === 0) this.#remember(readFileSync(state, 'utf8'));
    return output;
  }

  #watch(child: ChildProcess, step: Step): Promise<string> {
    return new Promise((done, fail) => {
      let output = '';
      let enough = false;
      const finish = (error?: Error): void => {
        clearTimeout(limit);
        if (error === undefined) done(output);
        else fail(new Error(`line ${step.line}: ${error.message}\n${output.slice(-4_000)}`));
      };
      const limit = setTimeout(() => {
        interrupt(child);
        finish(new Error(`not done after ${STEP_LIMIT_MS / 1000} s`));
      }, STEP_LIMIT_MS);
      const take = (chunk: Buffer): void => {
        output += chunk.toString();
        if (enough || step.until.length === 0 || !seen(step, output)) return;
        enough = true;
        if (!step.background) return interrupt(child);
        // What follows the awaited words in the same breath belongs to the output too.
        setTimeout(() => finish(), 500);
      };
      child.stdout?.on('data', take);
      child.stderr?.on('data', take);
      child.once('close', (code) => {
        this.#running.delete(child);
        finish(enough || code === 0 ? undefined : new Error(`ended with ${code ?? 'a signal'}`));
      });
    });
  }

  #remember(state: string): void {
    const end = state.indexOf('\n');
    this.#folder = state.slice(0, end);
    this.#exports = Object.fromEntries(state.slice(end + 1).split('\0').filter((pair) => pair.includes('=')).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((child) => new Promise<void>((done) => {
      child.once('close', () => done());
      interrupt(child);
    })));
  }
}

/** Ctrl-C: to the whole group, as a terminal sends it. */
function interrupt(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('the first five minutes', () => {
  let failed: number | undefined;
  for (const step of stepsOf(readFileSync(PAGE, 'utf8'))) {
    test(`line ${step.line}: ${step.commands.split('\n')[0] ?? ''}`, async (context) => {
      // A step that CI asks again is the one that failed: it is run again, and only those after it are skipped.
      if (failed !== undefined && failed !== step.line) return context.skip('an earlier step failed');
      failed = step.line;
      const output = await shell.run(step);
      const missing = missingLine(step, output);
      expect(missing, `this line was not printed; what was:\n${output.slice(-4_000)}`).toBeUndefined();
      failed = undefined;
    }, STEP_LIMIT_MS + 30_000);
  }
});
