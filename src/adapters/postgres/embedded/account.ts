/**
 * Which operating-system account the database runs as, and whether that account can reach a path.
 *
 * PostgreSQL refuses to run as root. When the control plane is root, the server is spawned with the ids of
 * an account that exists already; no account is ever created on the user's machine. Reachability is judged
 * from the mode bits, because root itself passes every check of access(2).
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  uid: number;
  gid: number;
  name: string;
}

const CANDIDATES = ['postgres', 'nobody'] as const;

/** The account to spawn the server as; undefined when this process is not root and needs no other. */
export function serverAccount(passwd: string = readPasswd(), uid: number = process.getuid?.() ?? -1): Account | undefined {
  if (uid !== 0) return undefined;
  for (const name of CANDIDATES) {
    const fields = passwd
      .split('\n')
      .map((line) => line.split(':'))
      .find(([account]) => account === name);
    const account = { name, uid: Number(fields?.[2]), gid: Number(fields?.[3]) };
    if (Number.isInteger(account.uid) && account.uid > 0 && Number.isInteger(account.gid)) return account;
  }
  return { name: 'nobody', uid: 65534, gid: 65534 };
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

const READ = 4;
const EXECUTE = 1;

function allows(path: string, account: Account, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}

/** The first folder on the way to `path` that `account` may not enter; undefined when it gets there. */
export function obstacle(path: string, account: Account): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => !allows(folder, account, EXECUTE));
}

/** True when `account` can read (and for a program or folder: execute) what lies at `path`. */
export function canUse(path: string, account: Account): boolean {
  return obstacle(path, account) === undefined && allows(path, account, READ | EXECUTE);
}
