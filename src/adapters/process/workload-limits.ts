/**
 * Limits of a workload that asks for none: no program may take the whole machine down with it.
 *
 * Half of the machine's memory is far above what a healthy service uses, and still leaves room for the platform
 * to say what happened. 512 processes is more than any server forks and far less than a fork bomb.
 */
import { totalmem } from 'node:os';
import type { Limits } from '../../ports/runtime.ts';

const MOST_PROCESSES = 512;

/** What is asked for, completed; `machineBytes` is the memory of the machine. */
export function workloadLimits(asked: Limits, machineBytes = totalmem()): Limits & { memoryBytes: number; processes: number } {
  return { ...asked, memoryBytes: asked.memoryBytes ?? Math.floor(machineBytes / 2), processes: asked.processes ?? MOST_PROCESSES };
}
