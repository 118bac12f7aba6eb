/**
 * A cell: one started command with everything it has brought into the world.
 *
 * Its record (pid, start time, marker, cgroup, user) is on disk before the program starts, so that another
 * supervisor finds it again. Members are found by five signs, because a hostile or careless program sheds
 * some of them: the cgroup, the session, the process group, descent, and the marker in the environment;
 * a user of its own is the sixth.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CgroupHandle, cgroupMembers, joinCgroup, removeCgroup, sealCgroup } from './cgroup.ts';
import { type ProcessRow, bootId, environmentHolds, processUser, readProcess, readProcesses } from './process-table.ts';

export const MARKER = 'ROADBED_CELL';

export interface CellRecord {
  /** Random; also the value of the marker in the environment. */
  cell: string;
  pid: number;
  startTime: string;
  boot: string;
  cgroup?: CgroupHandle;
  /** A user that nobody else has at this time: all its processes belong to the cell. */
  ownUser?: number;
  /** Wrapped in bubblewrap: the wrapper itself must not be asked to stop, it would take the program with it. */
  wrapped: boolean;
}

export interface CellPlan {
  cell: string;
  /** Whole command including shim. */
  command: string[];
  workingDirectory: string;
  environment: Record<string, string>;
  user?: number;
  userIsOwn: boolean;
  wrapped: boolean;
  outputPath: string;
  errorPath: string;
  statusPath: string;
  recordPath: string;
  cgroup?: CgroupHandle;
}

const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

/** Files of a cell may be replaced only as a whole: a reader never sees half a record. */
export function writeRecord(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  renameSync(temporary, path);
}

/**
 * Starts a command: shim first, then cgroup and record, then `go`.
 * `exited` is called once when the shim, as a child of this process, has ended.
 * Throws when the operating system refuses to start it.
 */
export async function startCell(plan: CellPlan, exited: () => void): Promise<CellRecord> {
  // The operating system would blame the shim.
  if (!existsSync(plan.workingDirectory)) throw new Error(`the working folder ${plan.workingDirectory} does not exist`);
  rmSync(plan.statusPath, { force: true });
  const descriptors: number[] = [];
  try {
    for (const path of [plan.outputPath, plan.errorPath, plan.statusPath]) descriptors.push(openSync(path, APPEND, 0o600));
    const [output, error, status] = descriptors;
    const [file = '', ...rest] = plan.command;
    const child = spawn(file, rest, {
      cwd: plan.workingDirectory,
      env: { ...plan.environment, [MARKER]: plan.cell },
      detached: true,
      stdio: ['pipe', output, error, status],
      ...(plan.user === undefined ? {} : { uid: plan.user, gid: plan.user }),
    });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.once('exit', exited);
    child.stdin?.on('error', () => undefined);
    const pid = child.pid ?? 0;
    if (plan.cgroup !== undefined) joinCgroup(plan.cgroup, pid);
    const record: CellRecord = {
      cell: plan.cell,
      pid,
      startTime: readProcess(pid)?.startTime ?? '',
      boot: bootId(),
      wrapped: plan.wrapped,
      ...(plan.cgroup === undefined ? {} : { cgroup: plan.cgroup }),
      ...(plan.userIsOwn && plan.user !== undefined ? { ownUser: plan.user } : {}),
    };
    writeRecord(plan.recordPath, record);
    child.stdin?.end('go\n');
    child.unref();
    return record;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** Whether the shim still lives: the same process of the same boot. */
export function cellAlive(record: CellRecord): boolean {
  return record.boot === bootId() && readProcess(record.pid)?.startTime === record.startTime;
}

/** Exit code that the shim wrote; undefined when it was killed before it could, or never ran. */
export function readExitCode(statusPath: string): number | undefined {
  if (!existsSync(statusPath)) return undefined;
  const descriptor = openSync(statusPath, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(16);
    const text = buffer.toString('latin1', 0, readSync(descriptor, buffer)).trim();
    return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Members among the given rows by group, session, descent and cgroup; cheap enough for every second. */
export function cellMembers(record: CellRecord, rows: readonly ProcessRow[]): ProcessRow[] {
  // A stranger under the recorded number means that the group and session of that number are its own.
  const stranger = rows.some((row) => row.pid === record.pid && row.startTime !== record.startTime);
  const known = record.boot === bootId() && !stranger;
  const members = new Set<number>(record.cgroup === undefined ? [] : cgroupMembers(record.cgroup));
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of rows) {
      if (members.has(row.pid)) continue;
      const ours = known && (row.group === record.pid || row.session === record.pid);
      if (!ours && !members.has(row.parent)) continue;
      members.add(row.pid);
      grown = true;
    }
  }
  return rows.filter((row) => members.has(row.pid));
}

/** As `cellMembers`, and those that left group, session and family but still carry the marker or the cell's own user. */
export function allCellMembers(record: CellRecord): ProcessRow[] {
  const rows = readProcesses();
  const near = new Set(cellMembers(record, rows).map((row) => row.pid));
  const marker = `${MARKER}=${record.cell}`;
  return rows.filter(
    (row) => near.has(row.pid) || (record.ownUser !== undefined && processUser(row.pid) === record.ownUser) || (row.pid !== process.pid && environmentHolds(row.pid, marker)),
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

/** Asks every member to stop. The shim stays to record how it ended, the wrapper to keep its world up. */
export function terminateCell(record: CellRecord): void {
  for (const row of cellMembers(record, readProcesses())) {
    if (row.pid === record.pid || (record.wrapped && row.name === 'bwrap')) continue;
    signal(row.pid, 'SIGTERM');
  }
}

/** Kills every member and proves it; true when none is left. A fork bomb is first kept from forking. */
export async function killCell(record: CellRecord): Promise<boolean> {
  if (record.cgroup !== undefined) sealCgroup(record.cgroup);
  if (cellAlive(record)) signal(-record.pid, 'SIGKILL');
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (record.ownUser !== undefined && process.getuid?.() === 0) {
      // The kernel signals all processes of a user in one step, which no fork can outrun.
      spawnSync('/bin/sh', ['-c', 'kill -KILL -1'], { uid: record.ownUser, gid: record.ownUser, stdio: 'ignore', timeout: 5_000 });
    }
    const members = allCellMembers(record);
    if (members.length === 0) return record.cgroup === undefined || (await dismantle(record.cgroup));
    // Stopped ones cannot fork while the others are being found.
    if (members.length > 8) for (const row of members) signal(row.pid, 'SIGSTOP');
    for (const row of members) signal(row.pid, 'SIGKILL');
    await sleep(Math.min(100, 2 + attempt * 5));
  }
  return false;
}

/** A group is empty only when the kernel has reaped its members, moments after their death. */
async function dismantle(cgroup: CgroupHandle): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (removeCgroup(cgroup)) return true;
    await sleep(10 + attempt);
  }
  return false;
}
