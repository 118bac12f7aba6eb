/** Translates what the driver throws into errors that carry policy. */
import { PlatformError } from '../../domain/error.ts';

/** SQLSTATE classes after which the same statement may succeed on the same or another connection. */
const PASSING = /^(08|53|57|58|40|55)/;
const DISK_FULL = '53100';

/** The SQLSTATE of a server's refusal; undefined when the connection itself failed. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** True when the server answered and will answer the same again: the statement itself is at fault. */
export function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !PASSING.test(state);
}

/** True when the server said itself that the statement did not happen, though it may later. */
export function isPassingRefusal(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && PASSING.test(state) && !/^(08|57P)/.test(state);
}

/** Runs a write outside the group commit; a failure becomes an error with policy. */
export async function writing<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw writeFailure(error);
  }
}

/** Runs a read; a failure becomes an error with policy. */
export async function reading<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw readFailure(error);
  }
}

function readFailure(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (sqlState(error)?.startsWith('22') === true) {
    return new PlatformError({ code: 'ROADBED-1021', class: 'invalid', message: 'The query holds a value that is none of its type.', why: detail, cause: error });
  }
  return new PlatformError({
    code: 'ROADBED-1020',
    class: isRefusal(error) ? 'failed' : 'unavailable',
    message: 'The database could not be read.',
    next: 'Try again in a few seconds.',
    retry: isRefusal(error) ? 'never' : 'backoff',
    detail,
    cause: error,
  });
}

/** The error of a write that is not stored, or not certainly. */
export function writeFailure(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (isRefusal(error)) {
    return new PlatformError({
      code: 'ROADBED-1014',
      class: 'failed',
      message: 'The database refused the write.',
      why: `SQLSTATE ${sqlState(error)}.`,
      next: 'Look for the request in the log of the control plane.',
      detail,
      cause: error,
    });
  }
  const full = sqlState(error) === DISK_FULL;
  return new PlatformError({
    code: full ? 'ROADBED-1015' : 'ROADBED-1011',
    class: 'unavailable',
    message: full ? 'The disk of the database is full.' : 'The database is not available.',
    next: full ? 'Free space on the disk, then try again.' : 'Read the object again and retry: the write may have been stored.',
    retry: 'backoff',
    detail,
    cause: error,
  });
}
