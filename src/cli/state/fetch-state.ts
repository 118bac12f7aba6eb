/**
 * A state from Terraform's HTTP backend: one GET, bounded in time and size.
 *
 * User and password come from TF_HTTP_USERNAME and TF_HTTP_PASSWORD, as for Terraform itself, and are
 * never printed; redirects are not followed, since they would take the password along.
 */
import { PlatformError } from '../../domain/error.ts';

const LARGEST = 500 * 1024 * 1024;

export interface FetchOptions {
  environment: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  largestBytes?: number;
}

/** Throws ROADBED-8206 (no answer), -8207 (refused or no state), -8208 (too large). */
export async function fetchState(address: string, options: FetchOptions): Promise<string> {
  const url = new URL(address);
  const { TF_HTTP_USERNAME: user, TF_HTTP_PASSWORD: password } = options.environment;
  const given = user === undefined ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : `${user}:${password ?? ''}`;
  url.username = '';
  url.password = '';
  const shown = shownAddress(address);
  const headers: Record<string, string> = { accept: 'application/json', ...(given === ':' ? {} : { authorization: `Basic ${Buffer.from(given).toString('base64')}` }) };
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(options.timeoutMs) });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw refused(shown, response.status);
    }
    return await bounded(response, shown, options.largestBytes ?? LARGEST);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw new PlatformError({ code: 'ROADBED-8206', class: 'unavailable', message: `${shown} does not answer with a state`, why: reasonOf(error), next: 'look whether the address is right and reachable from here; --timeout gives it longer' });
  }
}

/** What may be printed of an address: no user, no password, no query. */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return 'the address given';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

function refused(shown: string, status: number): PlatformError {
  const next = status === 401 || status === 403 ? 'set TF_HTTP_USERNAME and TF_HTTP_PASSWORD' : status >= 300 && status < 400 ? 'give the address it redirects to' : 'give the address that `terraform init` uses';
  return new PlatformError({ code: 'ROADBED-8207', class: status === 401 || status === 403 ? 'forbidden' : 'not-found', message: `${shown} gives no state`, why: `it answered ${status}`, next });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  return error.cause instanceof Error ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message) : error.message;
}

async function bounded(response: Response, shown: string, largest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largest) throw new PlatformError({ code: 'ROADBED-8208', class: 'invalid', message: `${shown} is larger than ${Math.round(largest / 1024 / 1024)} MB`, next: 'split the state' });
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}
