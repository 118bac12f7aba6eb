/**
 * One probe, once: did the program answer as it should?
 *
 * An HTTP probe succeeds on 200 to 399 as in Kubernetes and never follows a redirect; it talks to the
 * replica's own number for the port that the workload names. Certificates are not checked: a
 * probe asks whether the program lives. A probe never takes longer than its time limit.
 */
import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Probe } from '../../ports/runtime.ts';

/** `undefined` on success, else why not. */
export type ProbeResult = string | undefined;

/** Whether a port of this machine accepts a connection. */
export function probePort(port: number, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end(`port ${port} did not answer in ${timeoutMs} ms`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(`port ${port}: ${error.code ?? error.message}`));
  });
}

/** One HTTP probe against `port` of 127.0.0.1. */
export function probeHttp(probe: Probe, port: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const path = probe.path ?? '/';
    const headers = Object.fromEntries((probe.headers ?? []).map((header) => [header.name, header.value]));
    const options = {
      host: '127.0.0.1',
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      agent: false,
      rejectUnauthorized: false,
      headers: { 'user-agent': 'roadbed-probe', connection: 'close', ...(probe.host === undefined ? {} : { host: probe.host }), ...headers },
    };
    let done = false;
    const end = (result: ProbeResult): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve(result);
    };
    const timer = setTimeout(() => {
      end(`no answer in ${probe.timeoutMs} ms`);
      outgoing?.destroy();
    }, probe.timeoutMs);
    let outgoing: ReturnType<typeof httpRequest> | undefined;
    try {
      outgoing = (probe.scheme === 'HTTPS' ? httpsRequest : httpRequest)(options, (response) => {
        const status = response.statusCode ?? 0;
        end(status >= 200 && status < 400 ? undefined : `HTTP status ${status}`);
        response.destroy();
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      outgoing.end();
    } catch (error) {
      end((error as Error).message);
    }
  });
}

export interface CommandProbe {
  workingDirectory: string;
  environment: Record<string, string>;
  timeoutMs: number;
  user?: number;
}

/** One command as a probe: success is exit code 0 in time. What it started is killed with it when the time is over. */
export function probeCommand(command: readonly string[], options: CommandProbe): Promise<ProbeResult> {
  const [file = '', ...rest] = command;
  return new Promise((resolve) => {
    const child = spawn(file, rest, {
      cwd: options.workingDirectory,
      env: options.environment,
      detached: true,
      stdio: 'ignore',
      ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended at this moment.
      }
    }, options.timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(`the command could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (late) resolve(`the command took longer than ${options.timeoutMs} ms`);
      else resolve(code === 0 ? undefined : `the command ended with ${code === null ? (signal ?? 'an error') : `exit code ${code}`}`);
    });
  });
}
