/**
 * What the kernel knows of processes: the one file that reads /proc, or asks `ps` where there is none.
 *
 * A pid alone names nothing for long, numbers are used again; a pid with its start time (and, across a
 * reboot, the boot id) is an identity. A zombie counts as gone: it runs nothing and holds no port, and in
 * containers whose first process never reaps, it would otherwise look alive for ever.
 * Reading is synchronous: these are memory reads of microseconds, not disk accesses.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

export interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** The kernel's short name of the executable. */
  name: string;
  /** Opaque; equal only for the same process of the same boot. */
  startTime: string;
  cpuSeconds: number;
  /** Resident memory; pages shared between processes count in each. */
  residentBytes: number;
}

const HAS_PROC = existsSync('/proc/self/stat');
let units: { pageBytes: number; ticksPerSecond: number } | undefined;
let boot: string | undefined;

function configuration(name: string, fallback: number): number {
  try {
    const value = Number(execFileSync('getconf', [name], { encoding: 'utf8', timeout: 2_000, stdio: ['ignore', 'pipe', 'ignore'] }));
    return Number.isFinite(value) && value > 0 ? value : fallback;
  } catch {
    return fallback;
  }
}

function kernelUnits(): { pageBytes: number; ticksPerSecond: number } {
  units ??= { pageBytes: configuration('PAGESIZE', 4096), ticksPerSecond: configuration('CLK_TCK', 100) };
  return units;
}

/** `pid (name) state ppid pgrp session ...`, see proc_pid_stat(5); the name may hold blanks and parentheses. */
function parseStat(text: string): ProcessRow | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  if (open < 0 || close < 0 || fields.length < 22) return undefined;
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const { pageBytes, ticksPerSecond } = kernelUnits();
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    startTime: fields[19] ?? '',
    residentBytes: Number(fields[21]) * pageBytes,
  };
}

function readStat(pid: number | string): ProcessRow | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** `[[dd-]hh:]mm:ss[.cc]` as `ps` prints CPU time. */
function cpuTime(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  return (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

function parsePs(line: string): ProcessRow | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\d+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
  if (match === null || match[4]?.startsWith('Z')) return undefined;
  const [, pid, parent, group, , cpu, kilobytes, started, command] = match;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: 0,
    name: (command ?? '').split('/').at(-1) ?? '',
    startTime: started ?? '',
    cpuSeconds: cpuTime(cpu ?? '0'),
    residentBytes: Number(kilobytes) * 1024,
  };
}

function readPs(selection: string[]): ProcessRow[] {
  try {
    const format = 'pid=,ppid=,pgid=,state=,time=,rss=,lstart=,comm=';
    const output = execFileSync('ps', [...selection, '-o', format], { encoding: 'utf8', timeout: 5_000, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
    return output.split('\n').flatMap((line) => parsePs(line) ?? []);
  } catch {
    return [];
  }
}

/** Every living process that can be seen, zombies left out. */
export function readProcesses(): ProcessRow[] {
  if (!HAS_PROC) return readPs(['-ax']);
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(name) ?? []) : []));
}

/** One living process, or undefined when it is gone or a zombie. */
export function readProcess(pid: number): ProcessRow | undefined {
  return HAS_PROC ? readStat(pid) : readPs(['-p', String(pid)])[0];
}

/** Whether the process was started with this text (`NAME=value`) in its environment. False when it may not be read. */
export function environmentHolds(pid: number, entry: string): boolean {
  try {
    if (HAS_PROC) return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0${entry}\0`);
    return execFileSync('ps', ['eww', '-o', 'command=', '-p', String(pid)], { encoding: 'latin1', timeout: 2_000 }).includes(entry);
  } catch {
    return false;
  }
}

/** Real user id of a process; undefined when it is gone or cannot be told. */
export function processUser(pid: number): number | undefined {
  try {
    const match = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}

/** Real user ids of all living processes. */
export function livingUsers(): Set<number> {
  return new Set(readProcesses().flatMap((row) => processUser(row.pid) ?? []));
}

/** Names this boot of the machine: a recorded pid of another boot is a stranger's. */
export function bootId(): string {
  if (boot !== undefined) return boot;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    boot = execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8', timeout: 2_000 }).trim();
  }
  return boot;
}
