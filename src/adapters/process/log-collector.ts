/**
 * Brings what programs write into the journal.
 *
 * A program's streams are plain files, opened for appending by the supervisor and inherited, so logging
 * never stops because some parent died. The collector follows them: it reads what is new, gives each line
 * the time at which it was seen, and empties a file once all of it has been taken over (safe with appending
 * descriptors; what a program writes between the last read and the emptying, microseconds, is lost).
 *
 * A stream may bring 256 kB each quarter of a second. Who writes more loses the surplus, is told so in
 * the log, and is looked at more often, so that neither disk nor CPU is eaten.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '../../ports/runtime.ts';
import { writeRecord } from './cell.ts';
import type { LogJournal } from './log-journal.ts';

const CHUNK_BYTES = 256 * 1024;
const EMPTY_ABOVE_BYTES = 1024 * 1024;
const BACKLOG_BYTES = 4 * 1024 * 1024;
const LINE_BYTES = 16 * 1024;
const REPORT_MS = 1_000;
const PARTIAL_MS = 1_000;

export interface StreamSource {
  path: string;
  stream: 'out' | 'err';
  container: string;
  replica: string;
}

/** Both streams of a program, `out` and `err` in its folder, and how far they were read, which outlives the supervisor. */
export class ProgramLog {
  /** The last lines, for the reason of an end. */
  readonly recent: string[] = [];
  readonly #place: string;
  readonly #streams: { out: LogStream; err: LogStream };
  #saved: string;

  constructor(folder: string, source: Omit<StreamSource, 'path' | 'stream'>, journal: LogJournal) {
    this.#place = join(folder, 'offsets.json');
    const offsets = readOffsets(this.#place);
    const follow = (stream: 'out' | 'err'): LogStream => new LogStream({ ...source, path: join(folder, stream), stream }, journal, this.recent, offsets[stream] ?? 0);
    this.#streams = { out: follow('out'), err: follow('err') };
    this.#saved = JSON.stringify(this.#offsets());
  }

  #offsets(): Record<'out' | 'err', number> {
    return { out: this.#streams.out.offset, err: this.#streams.err.offset };
  }

  /** Moves new output to the journal; true when a stream floods and wants to be looked at soon again. */
  collect(now: number, final = false): boolean {
    const floods = [this.#streams.out.collect(now, final), this.#streams.err.collect(now, final)].some(Boolean);
    const offsets = this.#offsets();
    const text = JSON.stringify(offsets);
    if (text !== this.#saved) writeRecord(this.#place, offsets);
    this.#saved = text;
    return floods;
  }
}

function readOffsets(place: string): Partial<Record<'out' | 'err', number>> {
  try {
    return JSON.parse(readFileSync(place, 'utf8')) as Partial<Record<'out' | 'err', number>>;
  } catch {
    return {};
  }
}

/** Follows one file. `offset` is kept by the owner across restarts of the supervisor. */
export class LogStream {
  readonly #source: StreamSource;
  readonly #journal: LogJournal;
  readonly #recent: string[];
  #offset: number;
  #grewAt = 0;
  #budgetFrom = 0;
  #budgetUsed = 0;
  #droppedBytes = 0;
  #reportedAt = 0;

  /** `recent` receives each line's text; it is shared by the streams of a container for the tail in a reason. */
  constructor(source: StreamSource, journal: LogJournal, recent: string[], offset: number) {
    this.#source = source;
    this.#journal = journal;
    this.#recent = recent;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  #line(at: string, text: string): LogLine {
    return { at, stream: this.#source.stream, container: this.#source.container, replica: this.#source.replica, text };
  }

  /** Takes over what is new. `final` also takes a last line without its end. Returns whether the stream floods. */
  collect(now: number, final = false): boolean {
    let descriptor: number;
    try {
      // The common case, nothing new, costs one call.
      if (!final && statSync(this.#source.path).size === this.#offset && this.#offset <= EMPTY_ABOVE_BYTES && this.#droppedBytes === 0) return false;
      descriptor = openSync(this.#source.path, constants.O_RDWR | constants.O_NOFOLLOW);
    } catch {
      return false;
    }
    try {
      return this.#collectFrom(descriptor, now, final);
    } finally {
      closeSync(descriptor);
    }
  }

  #collectFrom(descriptor: number, now: number, final: boolean): boolean {
    let size = fstatSync(descriptor).size;
    if (size < this.#offset) this.#offset = 0;
    if (now - this.#budgetFrom >= 250) {
      this.#budgetFrom = now;
      this.#budgetUsed = 0;
    }
    while (this.#offset < size && this.#budgetUsed < CHUNK_BYTES) {
      const taken = this.#takeChunk(descriptor, size, now, final);
      if (taken === 0) break;
      this.#budgetUsed += taken;
      size = fstatSync(descriptor).size;
    }
    const backlog = size - this.#offset;
    if (backlog > BACKLOG_BYTES || (final && backlog > 0)) this.#drop(descriptor, backlog);
    else if (backlog === 0 && size > EMPTY_ABOVE_BYTES) this.#empty(descriptor);
    this.#report(now, final);
    return backlog > BACKLOG_BYTES / 4;
  }

  #takeChunk(descriptor: number, size: number, now: number, final: boolean): number {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size - this.#offset));
    const length = readSync(descriptor, buffer, 0, buffer.length, this.#offset);
    let end = buffer.lastIndexOf(10, length - 1) + 1;
    if (end === 0 || end > length) {
      // No complete line: wait for its end, but not for ever and not for any length.
      if (this.#grewAt === 0) this.#grewAt = now;
      if (!final && length < LINE_BYTES && now - this.#grewAt < PARTIAL_MS) return 0;
      end = length;
    } else if (final && this.#offset + length >= size) {
      end = length;
    }
    this.#grewAt = 0;
    this.#offset += end;
    this.#take(buffer.toString('utf8', 0, end));
    return end;
  }

  #take(text: string): void {
    const at = new Date().toISOString();
    const texts = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => {
      const clean = line.endsWith('\r') ? line.slice(0, -1) : line;
      return clean.length > LINE_BYTES ? `${clean.slice(0, LINE_BYTES)} [${clean.length - LINE_BYTES} characters cut]` : clean;
    });
    this.#journal.append(texts.map((line) => this.#line(at, line)));
    this.#recent.push(...texts.slice(-20));
    if (this.#recent.length > 20) this.#recent.splice(0, this.#recent.length - 20);
  }

  #empty(descriptor: number): void {
    const missed = fstatSync(descriptor).size - this.#offset;
    ftruncateSync(descriptor, 0);
    this.#offset = 0;
    this.#droppedBytes += Math.max(0, missed);
  }

  #drop(descriptor: number, backlog: number): void {
    this.#droppedBytes += backlog;
    ftruncateSync(descriptor, 0);
    this.#offset = 0;
  }

  #report(now: number, final: boolean): void {
    if (this.#droppedBytes === 0 || (!final && now - this.#reportedAt < REPORT_MS)) return;
    const amount = this.#droppedBytes < 1024 * 1024 ? `${Math.ceil(this.#droppedBytes / 1024)} kB` : `${Math.round(this.#droppedBytes / 1024 / 1024)} MB`;
    this.#journal.append([{ ...this.#line(new Date().toISOString(), `roadbed: dropped ${amount} of this stream, it wrote more than 1 MB a second`), stream: 'system' }]);
    this.#droppedBytes = 0;
    this.#reportedAt = now;
  }
}
