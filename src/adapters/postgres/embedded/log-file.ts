/**
 * Rotation of the server's log: `postgres.log` and two older ones, each about 10 MB at most.
 *
 * The server writes to an inherited descriptor in append mode, so that its log goes on when the control
 * plane is dead; the file can therefore not be renamed under it, and is copied and emptied instead.
 */
import { copyFileSync, existsSync, renameSync, statSync, truncateSync } from 'node:fs';

const LARGEST_LOG = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;

/** Moves the log on when it is too large. */
export function rotateLog(file: string, largest: number = LARGEST_LOG): void {
  if (!existsSync(file) || statSync(file).size <= largest) return;
  if (existsSync(`${file}.1`)) renameSync(`${file}.1`, `${file}.2`);
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}

/** Checks the log's size once a minute; `onError` hears of a full disk or a vanished folder. */
export function keepRotating(file: string, onError: (error: unknown) => void): { stop(): void } {
  const timer = setInterval(() => {
    try {
      rotateLog(file);
    } catch (error) {
      onError(error);
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
