/**
 * One thread for reading what repositories hold, with a limit on time and memory for each job.
 *
 * Whatever a hostile repository does there, the control plane goes on answering: a job that takes too long ends
 * with its thread, one that needs too much memory ends it by itself, and the next job gets a new one. Jobs that
 * a person waits for come before those of lists. The thread ends when nobody has asked for a while.
 */
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { PlatformError, type ErrorClass } from '../../domain/error.ts';
import type { AnalysisAnswer, AnalysisJob } from './analysis-job.ts';

export interface AnalysisLimits {
  milliseconds: number;
  /** Of the heap, in MB. */
  memory: number;
  /** Jobs that may wait. */
  waiting: number;
  /** Milliseconds without a job after which the thread ends. */
  idle: number;
}

/** What the thread reads once beside what ships. */
export interface AnalysisGiven {
  /** The platform team's folder: `rules/*.yaml`, `prices/*.csv`. */
  extensions?: string;
}

const LIMITS: AnalysisLimits = { milliseconds: 30_000, memory: 512, waiting: 500, idle: 60_000 };

interface Waiting {
  job: AnalysisJob;
  urgent: boolean;
  resolve: (bytes: Uint8Array) => void;
  reject: (error: PlatformError) => void;
}

/** The program is the file beside this one with the same extension: TypeScript in the repository, JavaScript in the package. */
function program(): string {
  const here = fileURLToPath(import.meta.url);
  return join(here, '..', `analysis-worker${extname(here)}`);
}

export class AnalysisThread {
  readonly #limits: AnalysisLimits;
  readonly #waiting: Waiting[] = [];
  #current: (Waiting & { id: number; timer: NodeJS.Timeout }) | undefined;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #number = 0;
  #stopped = false;
  readonly #given: AnalysisGiven;

  constructor(limits: Partial<AnalysisLimits> = {}, given: AnalysisGiven = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#given = given;
  }

  /** Jobs before one that is asked for now. */
  get ahead(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  /** Throws what the job throws, ROADBED-8401 when it took too long, -8402 when it needed too much memory, -8403 when too many wait, -8406 when the thread ended otherwise. */
  run(job: AnalysisJob, urgent: boolean): Promise<Uint8Array> {
    if (this.#stopped) return Promise.reject(ended('the control plane is stopping'));
    if (this.#waiting.length >= this.#limits.waiting) {
      return Promise.reject(new PlatformError({ code: 'ROADBED-8403', class: 'unavailable', message: 'Too much infrastructure waits to be read.', why: `${this.#limits.waiting} roots are before it.`, next: 'try again in a minute', retry: 'backoff' }));
    }
    return new Promise((resolve, reject) => {
      const at = urgent ? this.#waiting.findIndex((other) => !other.urgent) : -1;
      const waiting = { job, urgent, resolve, reject };
      if (at < 0) this.#waiting.push(waiting);
      else this.#waiting.splice(at, 0, waiting);
      this.#next();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(ended('the control plane is stopping'));
    this.#fail(ended('the control plane is stopping'));
    await this.#end();
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const waiting = this.#waiting.shift();
    clearTimeout(this.#idle);
    if (waiting === undefined) {
      this.#idle = setTimeout(() => void this.#end(), this.#limits.idle).unref();
      return;
    }
    const id = (this.#number += 1);
    const worker = (this.#worker ??= this.#start());
    const timer = setTimeout(() => this.#giveUp(), this.#limits.milliseconds);
    this.#current = { ...waiting, id, timer };
    worker.postMessage({ id, job: waiting.job }, handedOver(waiting.job));
  }

  #start(): Worker {
    const worker = new Worker(program(), {
      // Nothing of the server's environment but what git needs to be found.
      env: Object.fromEntries(['PATH', 'HOME', 'TMPDIR'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
      execArgv: [],
      workerData: this.#given,
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memory, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    worker.unref();
    worker.on('message', (answer: AnalysisAnswer) => this.#answered(answer));
    worker.on('error', (error: NodeJS.ErrnoException) => this.#lost(worker, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? this.#outOfMemory() : ended(error.message)));
    worker.on('exit', () => this.#lost(worker, ended('it stopped without a word')));
    return worker;
  }

  #answered(answer: AnalysisAnswer): void {
    const current = this.#current;
    if (current === undefined || current.id !== answer.id) return;
    clearTimeout(current.timer);
    this.#current = undefined;
    if ('bytes' in answer) current.resolve(answer.bytes);
    else current.reject(new PlatformError({ ...answer.problem, code: answer.problem.code as `ROADBED-${string}`, class: answer.problem.class as ErrorClass }));
    this.#next();
  }

  #giveUp(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#fail(new PlatformError({ code: 'ROADBED-8401', class: 'timed-out', message: 'The infrastructure could not be read in time.', why: `It took longer than ${Math.round(this.#limits.milliseconds / 1000)} s.`, next: 'roadbed docs DIR reads it without a limit; count and for_each of many thousands take long' }));
    this.#next();
  }

  #outOfMemory(): PlatformError {
    return new PlatformError({ code: 'ROADBED-8402', class: 'refused', message: 'The infrastructure is too large to be read here.', why: `It needs more than ${this.#limits.memory} MB of memory.`, next: 'roadbed docs DIR reads it on your machine; split the root' });
  }

  /** Late news of a thread that was given up already are no news. */
  #lost(worker: Worker, error: PlatformError): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#fail(error);
    this.#next();
  }

  #fail(error: PlatformError): void {
    const current = this.#current;
    if (current === undefined) return;
    clearTimeout(current.timer);
    this.#current = undefined;
    current.reject(error);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function ended(why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8406', class: 'failed', message: 'Reading the infrastructure ended unexpectedly.', why, next: 'try again; if it stays so, roadbed docs DIR says more', retry: 'backoff' });
}

/** The bytes of a large document need not be there twice. */
function handedOver(job: AnalysisJob): ArrayBuffer[] {
  return 'raw' in job && job.raw.buffer instanceof ArrayBuffer && job.raw.byteLength === job.raw.buffer.byteLength ? [job.raw.buffer] : [];
}
