/** Load: wrk for throughput, an open-loop generator of our own for latency at a constant rate, idle connections for memory. */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { HOST } from './contenders.ts';
import type { Contender } from './contenders.ts';
import { cpuMicroseconds } from './processes.ts';

const REQUEST = `GET /items?page=1 HTTP/1.1\r\nHost: ${HOST}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;

export interface Throughput {
  requestsPerSecond: number;
  cpuMicrosecondsPerRequest: number;
}

/** wrk with keep-alive connections for some seconds; CPU is that of the contender's processes alone. */
export function throughput(contender: Contender, core: number, connections: number, seconds: number): Throughput {
  const before = cpuMicroseconds(contender.pids);
  const run = spawnSync('taskset', ['-c', String(core), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-H', `Host: ${HOST}`, `http://127.0.0.1:${contender.port}/items?page=1`], { encoding: 'utf8' });
  const after = cpuMicroseconds(contender.pids);
  const requests = Number(/(\d+) requests in/.exec(run.stdout)?.[1] ?? 0);
  const bad = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(run.stdout)?.[0];
  if (requests === 0 || bad !== undefined) throw new Error(`${contender.name}: ${bad ?? run.stdout + run.stderr}`);
  return { requestsPerSecond: Math.round(Number(/Requests\/sec:\s+([\d.]+)/.exec(run.stdout)?.[1] ?? 0)), cpuMicrosecondsPerRequest: Math.round(((after - before) / requests) * 100) / 100 };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/**
 * Requests at a constant rate whatever the answers do, over `connections`; a request that finds no
 * free connection waits, and its waiting counts. Returns p50 and p99 in µs.
 */
export async function openLoop(port: number, rate: number, seconds: number, connections: number): Promise<{ p50: number; p99: number }> {
  const taken: number[] = [];
  const free: Socket[] = [];
  const waiting: number[] = [];
  const since = new Map<Socket, number>();
  const all = await Promise.all(Array.from({ length: connections }, async () => dial(port)));
  const ask = (socket: Socket, due: number): void => {
    since.set(socket, due);
    socket.write(REQUEST);
  };
  for (const socket of all) {
    free.push(socket);
    socket.on('data', (bytes) => {
      if (bytes[bytes.length - 1] !== 0x7d && bytes.length < 230) return;
      taken.push((performance.now() - (since.get(socket) ?? 0)) * 1_000);
      const due = waiting.shift();
      if (due === undefined) free.push(socket);
      else ask(socket, due);
    });
  }
  const start = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      const now = performance.now();
      while (sent < rate * seconds && start + (sent * 1_000) / rate <= now) {
        const socket = free.shift();
        if (socket === undefined) waiting.push(now);
        else ask(socket, performance.now());
        sent += 1;
      }
      if (sent >= rate * seconds) setTimeout(resolve, 200);
      else setImmediate(turn);
    };
    turn();
  });
  for (const socket of all) socket.destroy();
  const sorted = taken.sort((one, other) => one - other);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

/** Opens connections, serves one request on each, measures, closes them. */
export async function withConnections<Result>(port: number, count: number, measure: () => Result): Promise<Result> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = await dial(port);
    sockets.push(socket);
    socket.write(REQUEST);
    await new Promise((resolve) => socket.once('data', resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const result = measure();
  for (const socket of sockets) socket.destroy();
  return result;
}
