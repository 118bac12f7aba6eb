/**
 * Names that come from outside: namespaces, repositories, branches, commits, addresses.
 *
 * Each becomes part of a path or an argument of git, so each is checked against what is allowed, never
 * against what is forbidden.
 */
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const REPOSITORY = /^[a-z0-9](?:[-a-z0-9]|\.(?=[a-z0-9]))*$/;
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9._/+=#-]*$/;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SCP_ADDRESS = /^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[A-Za-z0-9_./~-]+$/;

export function isRepositoryName(namespace: string, name: string): boolean {
  return LABEL.test(namespace) && name.length <= 100 && REPOSITORY.test(name) && !/\.(git|lock)$/.test(name);
}

/** Folder of a bare repository; throws ROADBED-2004 for a name that is not one. */
export function repositoryFolder(root: string, namespace: string, name: string): string {
  if (isRepositoryName(namespace, name)) return join(root, namespace, `${name}.git`);
  throw refused(`${JSON.stringify(`${namespace}/${name}`)} is not a repository name`, 'names are lower-case letters, digits, - and .');
}

/** `refs/heads/<branch>`; throws ROADBED-2004. */
export function branchRef(branch: string): string {
  const valid = BRANCH.test(branch) && branch.length <= 200 && !/\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(branch);
  if (valid) return `refs/heads/${branch}`;
  throw refused(`${JSON.stringify(branch)} is not a branch name`, 'letters, digits and . _ / + = # - are allowed');
}

/** The commit itself; throws ROADBED-2004 when it is not a full object name. */
export function commitName(commit: string): string {
  if (COMMIT.test(commit)) return commit;
  throw refused(`${JSON.stringify(commit)} is not a commit`, 'a commit is 40 (or 64) hexadecimal digits');
}

export interface RemoteAddress {
  protocol: 'https' | 'http' | 'ssh' | 'file';
  url: string;
}

/**
 * An address that may be fetched from: https, http, ssh, or file below one of `localFolders`.
 * Throws ROADBED-2005; an address that holds a password is refused, because objects hold no secrets.
 */
export function remoteAddress(address: string, localFolders: readonly string[]): RemoteAddress {
  if (SCP_ADDRESS.test(address)) return { protocol: 'ssh', url: address };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const protocol = url?.protocol.slice(0, -1);
  if (url === undefined || protocol === undefined || !/^(https?|ssh|file)$/.test(protocol)) {
    throw badAddress(address, 'it must begin with https://, http://, ssh:// or file://');
  }
  if (url.password !== '' || (protocol.startsWith('http') && url.username !== '')) throw badAddress(url.host, 'it holds a password; addresses are stored in clear');
  if (/[\s\x00-\x1f]/.test(address) || url.hostname.startsWith('-')) throw badAddress(address, 'it has characters that addresses do not have');
  if (protocol === 'file') {
    const path = decodeURIComponent(url.pathname);
    const allowed = localFolders.some((folder) => path === folder || path.startsWith(`${folder}/`));
    if (!allowed || path.split('/').includes('..') || url.host !== '') throw badAddress(address, 'this folder is not among those that may be read');
  }
  return { protocol: protocol as RemoteAddress['protocol'], url: address };
}

function badAddress(address: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2005', class: 'invalid', message: `the repository address ${JSON.stringify(address)} is refused`, why });
}

function refused(message: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2004', class: 'invalid', message, why });
}
