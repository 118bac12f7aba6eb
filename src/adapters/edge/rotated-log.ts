/**
 * The edge's own log: a file that never grows beyond a bound. Nothing about single requests is written.
 *
 * The primary writes for all. A full disk must not stop traffic, so a line that cannot be written is lost.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const FILE_LIMIT = 5 * 1_024 * 1_024;
const FILES = 3;

export class RotatedLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(line: string): void {
    const text = `${new Date().toISOString()} ${line.replaceAll('\n', '\n  ')}\n`;
    try {
      if (this.#size > FILE_LIMIT) this.#rotate();
      appendFileSync(this.#path, text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
    } catch {
      this.#size = 0;
    }
  }

  #rotate(): void {
    for (let number = FILES - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${this.#path}.${number}`);
    }
    this.#size = 0;
  }
}
