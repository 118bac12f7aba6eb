/**
 * A bill is read in a thread of its own, with connections of its own: a million rows, or a hostile file, keep nobody waiting.
 *
 * A thread that needs more memory than it may have ends by itself, one that takes half an hour is ended, and the database
 * forgets what it had begun. One bill is imported at a time anyway (a lock in the database sees to it).
 */
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { PlatformError, type ErrorClass, type PlatformErrorOptions } from '../../domain/error.ts';
import type { BillOutcome, LoadBill } from '../../ports/bills.ts';

const MEMORY_MB = 768;
/** Of young objects: rows come and go, and with half of it a tenth of the time goes into clearing them away. */
const YOUNG_MB = 128;
const LONGEST_MS = 30 * 60_000;

export type ThreadAnswer = { outcome: BillOutcome } | { problem: { code: string; class: ErrorClass; message: string; why?: string; next?: string; retry: 'never' | 'backoff'; detail?: string } };

export interface ThreadJob {
  connection: pg.ClientConfig;
  received: Parameters<LoadBill>[0];
  request: Parameters<LoadBill>[1];
  options: Parameters<LoadBill>[2];
}

/** The program is the file beside this one with the same extension: TypeScript in the repository, JavaScript in the package. */
function program(): string {
  const here = fileURLToPath(import.meta.url);
  return join(here, '..', `import-worker${extname(here)}`);
}

export interface ImportThreads {
  load: LoadBill;
  /** Ends what is being imported. */
  stop(): Promise<void>;
}

/** Throws ROADBED-8737 when a bill needs too much memory or time, -8738 when the thread ended otherwise. */
export function openImportThreads(connection: pg.ClientConfig, limits: { memoryMb?: number } = {}): ImportThreads {
  const running = new Set<Worker>();
  return {
    async load({ path, bytes, format }, request, options) {
      const job: ThreadJob = { connection, received: { path, bytes, format }, request, options };
      const worker = new Worker(program(), { workerData: job, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb ?? MEMORY_MB, maxYoungGenerationSizeMb: YOUNG_MB, stackSizeMb: 4 } });
      running.add(worker);
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        void worker.terminate();
      }, LONGEST_MS);
      try {
        return await answerOf(worker, request.file, () => late);
      } finally {
        clearTimeout(timer);
        running.delete(worker);
        await worker.terminate();
      }
    },
    stop: async () => void (await Promise.all([...running].map((worker) => worker.terminate()))),
  };
}

function answerOf(worker: Worker, file: string, late: () => boolean): Promise<BillOutcome> {
  return new Promise((resolve, reject) => {
    worker.on('message', (answer: ThreadAnswer) => {
      if ('outcome' in answer) resolve(answer.outcome);
      else reject(new PlatformError(answer.problem as PlatformErrorOptions));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch(file, 'memory') : ended(file, error.message)));
    worker.on('exit', () => reject(late() ? tooMuch(file, 'time') : ended(file, 'the control plane is stopping')));
  });
}

function tooMuch(file: string, what: 'memory' | 'time'): PlatformError {
  return new PlatformError({ code: 'ROADBED-8737', class: 'invalid', message: `${file} needs too much ${what} to be imported`, why: `at most ${what === 'memory' ? `${MEMORY_MB} MB` : 'half an hour'}; nothing was imported`, next: 'import it in parts, or as CSV' });
}

function ended(file: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8738', class: 'unavailable', message: `the import of ${file} ended before its time`, why, next: 'nothing was imported; give the command again', retry: 'backoff' });
}
