/**
 * What a cloud's client throws, as one of our errors.
 *
 * Of the client's own words only names and numbers are taken: its messages may quote requests, and a request may hold
 * a signature.
 */
import { PlatformError } from '../../domain/error.ts';

interface ClientError {
  name?: unknown;
  code?: unknown;
  statusCode?: unknown;
  $metadata?: { httpStatusCode?: unknown };
  errors?: unknown;
}

const NETWORK = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|ERR_TLS_.*|REQUEST_SEND_ERROR)$/;
const NO_CREDENTIALS = /Credential|AuthenticationRequired|Could not load the default credentials|Could not refresh access token|invalid_grant/i;

/** @param permission What reading needs, by the name that the cloud gives it. */
export function storageError(error: unknown, shown: string, permission: string, credentials: string): PlatformError {
  if (error instanceof PlatformError) return error;
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as ClientError;
  const status = statusOf(error);
  const words = word(code) ?? word(name);
  const named = words === undefined ? '' : ` (${words})`;
  if (status === 401 || status === 403) return new PlatformError({ code: 'ROADBED-8805', class: 'forbidden', message: `${shown} may not be read`, why: `the storage answered ${status}${named}`, next: `reading needs ${permission}` });
  if (status === 404) return new PlatformError({ code: 'ROADBED-8806', class: 'not-found', message: `${shown} is not there`, why: `the storage answered 404${named}`, next: 'look at the names of bucket or container and key, and in which account they are' });
  if (typeof code === 'string' && NETWORK.test(code)) return new PlatformError({ code: 'ROADBED-8803', class: 'unavailable', message: `the storage of ${shown} does not answer`, why: code, next: 'look whether it can be reached from here', retry: 'backoff' });
  if (NO_CREDENTIALS.test(`${String(name)} ${error instanceof Error ? error.message : ''}`)) return new PlatformError({ code: 'ROADBED-8805', class: 'unauthenticated', message: `there are no credentials for ${shown}`, ...(words === undefined ? {} : { why: words }), next: credentials });
  return new PlatformError({ code: 'ROADBED-8807', class: 'failed', message: `${shown} could not be read`, why: `${status === undefined ? '' : `the storage answered ${status}: `}${words ?? 'an error without a name'}`, next: 'look at the address and its settings; docs/reference/state-addresses.md has them' });
}

export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, statusCode, $metadata } = error as ClientError;
  const status = $metadata?.httpStatusCode ?? statusCode ?? code;
  return typeof status === 'number' ? status : undefined;
}

/** A name in a client's error: one word, nothing that could be a value. */
function word(text: unknown): string | undefined {
  return typeof text === 'string' && /^[A-Za-z][\w.-]{0,60}$/.test(text) && text !== 'Error' ? text : undefined;
}
