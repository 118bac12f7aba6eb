/**
 * Following a repository that lives elsewhere: one branch, fetched with limits.
 *
 * Git bounds a push but not a fetch, so a watch over the growing pack does: it stops the fetch when the
 * limit is passed, and what was received is then unreachable and removed. A password travels in a
 * setting handed over by environment, never in the address or the process list. A redirect is not
 * followed.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { tryGit, withoutCredentials } from './exec.ts';
import { LIMITS, megabytes } from './limits.ts';
import type { RemoteAddress } from './names.ts';
import { readRef } from './plumbing.ts';
import { bindRemote, type AllowedHosts } from './remote-network.ts';

export interface Credentials {
  username: string;
  password: string;
  /** Where the password stands, for messages: `secret TOKEN`. */
  origin: string;
}

const LOOK_MS = 250;

/** Fetches the branch of the same name; answers its head. Throws ROADBED-2007 with git's words, ROADBED-2006 when it is too large, ROADBED-2013 for a host that is not allowed. */
export async function fetchBranch(gitDir: string, address: RemoteAddress, ref: string, credentials: Credentials | undefined, allowed: AllowedHosts): Promise<string> {
  const settings: Record<string, string> = {
    [`protocol.${address.protocol}.allow`]: 'always',
    'fetch.fsckObjects': 'true',
    'fetch.fsck.zeroPaddedFilemode': 'ignore',
    'fetch.fsck.missingSpaceBeforeDate': 'ignore',
    'fetch.fsck.badTimezone': 'ignore',
    'fetch.unpackLimit': '1',
    'http.lowSpeedLimit': '1000',
    'http.lowSpeedTime': '30',
  };
  if (credentials !== undefined) {
    if (!isPrivate(address)) throw inClear(address, credentials);
    settings['http.extraHeader'] = `Authorization: Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }
  const binding = await bindRemote(address, allowed);
  Object.assign(settings, binding.settings);
  const before = await packBytes(gitDir);
  const excess = new AbortController();
  const look = setInterval(() => {
    void packBytes(gitDir).then((now) => {
      if (now - before > LIMITS.fetchBytes) excess.abort(`it brought more than ${megabytes(LIMITS.fetchBytes)}`);
    });
  }, LOOK_MS);
  try {
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-gc', '--end-of-options', address.url, `+${ref}:${ref}`];
    const outcome = await tryGit(args, { gitDir, settings, environment: binding.environment, timeoutMs: LIMITS.fetchTimeoutMs, signal: excess.signal });
    if (outcome.code !== 0) throw signInProblem(address, outcome.stderr, credentials) ?? unreachable(address, outcome.stderr);
  } catch (error) {
    await removePartialPacks(gitDir);
    if (!excess.signal.aborted) throw error;
    throw new PlatformError({ code: 'ROADBED-2006', class: 'refused', message: `${withoutCredentials(address.url)} is too large to follow`, why: String(excess.signal.reason) });
  } finally {
    clearInterval(look);
  }
  const head = await readRef(gitDir, ref);
  if (head === undefined) throw unreachable(address, `there is no ${ref}`);
  return head;
}

const ASKS_TO_SIGN_IN = /could not read (Username|Password)|Authentication failed|returned error: 40[13]/i;

/** A password goes out encrypted, or not at all; what listens on this machine is not reached over a network. */
function isPrivate(address: RemoteAddress): boolean {
  return address.protocol === 'https' || (address.protocol === 'http' && /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(new URL(address.url).hostname));
}

function inClear(address: RemoteAddress, credentials: Credentials): PlatformError {
  return new PlatformError({ code: 'ROADBED-2011', class: 'refused', message: `${credentials.origin} is not sent to ${address.url}`, why: 'a password is sent over https only', next: 'use the https address of the repository; ssh signs in with the key of the user that runs Roadbed' });
}

function signInProblem(address: RemoteAddress, words: string, credentials: Credentials | undefined): PlatformError | undefined {
  if (!ASKS_TO_SIGN_IN.test(words)) return undefined;
  return new PlatformError({
    code: 'ROADBED-2012',
    class: 'refused',
    message: `${address.url} could not be fetched: ${credentials === undefined ? 'it asks for a password and the registration names none' : `it refuses ${credentials.origin}`}`,
    next: credentials === undefined ? 'store a token with `roadbed secret set TOKEN --service <repository> -e git` and name it in spec.credentials.secret' : 'store a token that may read the repository under the same name',
    retry: 'backoff',
  });
}

function unreachable(address: RemoteAddress, words: string): PlatformError {
  return new PlatformError({
    code: 'ROADBED-2007',
    class: 'unavailable',
    message: `${withoutCredentials(address.url)} could not be fetched`,
    why: withoutCredentials(words.trim().split('\n').slice(0, 3).join('; ')),
    next: 'check the address, the branch and the access rights',
    retry: 'backoff',
  });
}

async function packBytes(gitDir: string): Promise<number> {
  const folder = join(gitDir, 'objects', 'pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then((found) => found.size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function removePartialPacks(gitDir: string): Promise<void> {
  const folder = join(gitDir, 'objects', 'pack');
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('tmp_')) await rm(join(folder, name), { force: true });
  }
}
