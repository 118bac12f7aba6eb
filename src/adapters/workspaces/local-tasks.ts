/**
 * Tasks as plain child processes of this program: the runtime of `roadbed pipeline run` on a laptop.
 *
 * The developer's own code runs as the developer, so nothing confines it and the run says so; time limits
 * hold. It serves no replicas and keeps nothing: the tasks end with the program that started them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Runtime, TaskObservation, TaskSpec } from '../../ports/runtime.ts';

export type TaskRuntime = Pick<Runtime, 'startTask' | 'observeTask' | 'cancelTask' | 'forgetTask' | 'capabilities'>;

export interface LocalTasksOptions {
  /** Every line as it comes, `<task> | <text>`. */
  onLine?(line: string): void;
  /** Called when a task has ended. */
  onEnd?(task: string): void;
}

export interface LocalTasks extends TaskRuntime {
  /** Resolves when a task ends, or after `ms`. */
  wait(ms: number): Promise<void>;
  /** Cancels what runs and resolves when it is gone. */
  stop(): Promise<void>;
}

const TAIL = 30;
const LINE_LENGTH = 4000;

interface Running {
  spec: TaskSpec;
  observation: TaskObservation;
  child?: ChildProcess;
  ending?: 'cancelled' | 'timed-out';
}

/** A task's environment is its own, and PATH of this program where it names none. */
export function localTasks(options: LocalTasksOptions = {}): LocalTasks {
  const tasks = new Map<string, Running>();
  const ends = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  const end = (task: Running, why: 'cancelled' | 'timed-out'): void => {
    if (task.observation.state !== 'running') return;
    task.ending ??= why;
    killGroup(task.child);
  };
  const run = async (task: Running): Promise<void> => {
    const timer = setTimeout(() => end(task, 'timed-out'), task.spec.timeoutSeconds * 1000);
    let outcome: { code: number; reason?: string } = { code: 0 };
    for (const command of task.spec.commands) {
      if (task.ending !== undefined) break;
      options.onLine?.(`${task.spec.id} | $ ${command.join(' ')}`);
      outcome = await runCommand(task, command, options);
      if (outcome.code !== 0) break;
    }
    clearTimeout(timer);
    task.observation = { ...task.observation, ...finish(task, outcome), finishedAt: new Date().toISOString() };
    options.onEnd?.(task.spec.id);
    for (const wake of waiting.splice(0)) wake();
  };
  return {
    startTask: async (spec) => {
      if (tasks.has(spec.id)) return;
      const task: Running = { spec, observation: { id: spec.id, state: 'running', startedAt: new Date().toISOString(), isolation: 'none', limitsBy: 'watchdog', logTail: [] } };
      tasks.set(spec.id, task);
      ends.set(spec.id, run(task));
    },
    observeTask: async (id) => tasks.get(id)?.observation,
    cancelTask: async (id) => {
      const task = tasks.get(id);
      if (task === undefined) return;
      end(task, 'cancelled');
      await ends.get(id);
    },
    forgetTask: async (id) => {
      tasks.delete(id);
      ends.delete(id);
    },
    capabilities: async () => ({ isolation: 'none', limitsBy: 'watchdog', explanation: 'commands run as you, on this machine; nothing confines them, and only time is limited' }),
    wait: async (ms) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    stop: async () => {
      for (const task of tasks.values()) end(task, 'cancelled');
      await Promise.all(ends.values());
    },
  };
}

function finish(task: Running, outcome: { code: number; reason?: string }): Pick<TaskObservation, 'state'> & Partial<TaskObservation> {
  if (task.ending === 'timed-out') return { state: 'timed-out', reason: `took longer than ${task.spec.timeoutSeconds} s` };
  if (task.ending === 'cancelled') return { state: 'cancelled', reason: 'cancelled' };
  if (outcome.code === 0) return { state: 'succeeded', exitCode: 0 };
  return { state: 'failed', exitCode: outcome.code, reason: outcome.reason ?? `exit code ${outcome.code}` };
}

async function runCommand(task: Running, command: readonly string[], options: LocalTasksOptions): Promise<{ code: number; reason?: string }> {
  const [program = '', ...args] = command;
  return await new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: task.spec.workingDirectory,
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...task.spec.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    task.child = child;
    for (const source of [child.stdout, child.stderr]) {
      createInterface({ input: source, crlfDelay: Infinity }).on('line', (text) => {
        const line = text.slice(0, LINE_LENGTH);
        task.observation.logTail = [...task.observation.logTail, line].slice(-TAIL);
        options.onLine?.(`${task.spec.id} | ${line}`);
      });
    }
    child.once('error', (error) => resolve({ code: 127, reason: `${program} could not be started: ${error.message}` }));
    // What a command left behind in its group must not outlive the step.
    child.once('exit', () => killGroup(child));
    child.once('close', (code, signal) => {
      resolve(signal === null ? { code: code ?? 1, ...(code === 0 ? {} : { reason: `${program}: exit code ${code}` }) } : { code: 128, reason: `${program}: killed by ${signal}` });
    });
    if (task.ending !== undefined) killGroup(child);
  });
}

function killGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
