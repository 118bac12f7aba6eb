/**
 * Errors about files that hold secrets, as they may be told: messages quote what they found (a version, a word of
 * broken JSON), and stack traces quote messages. Every text goes through the patterns of secrets once more.
 */
import { randomBytes } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import { Redactor } from '../../engines/redaction/redactor.ts';

/** Longer ones quote the file. */
const LONGEST_TEXT = 2000;

/** Runs an analysis; whatever it throws is thrown again without secrets. */
export async function withoutSecretsInErrors<Result>(analysis: () => Promise<Result>): Promise<Result> {
  try {
    return await analysis();
  } catch (error) {
    throw toldError(error);
  }
}

function toldError(error: unknown): Error {
  const redactor = new Redactor({ key: randomBytes(32), allowed: new Set(), sensitive: () => [] });
  const told = (text: string): string => redactor.text(text).slice(0, LONGEST_TEXT);
  const stack = error instanceof Error ? told(error.stack ?? '') : '';
  if (!(error instanceof PlatformError)) return Object.assign(new Error(told(error instanceof Error ? error.message : String(error))), { stack });
  const { code, class: kind, message, why, next, retry, detail } = error;
  const copy = new PlatformError({
    code: code as `ROADBED-${string}`,
    class: kind,
    message: told(message),
    retry,
    ...(why === undefined ? {} : { why: told(why) }),
    ...(next === undefined ? {} : { next: told(next) }),
    ...(detail === undefined ? {} : { detail: told(detail) }),
  });
  return Object.assign(copy, { stack });
}
