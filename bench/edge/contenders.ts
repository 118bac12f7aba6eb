/** Who is measured: HAProxy, the edge as it ships (compiled JavaScript), a plain proxy on node:http; and the upstream for all. */
import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { EdgeTraffic } from '../../src/adapters/edge/client.ts';
import { ensureEdge } from '../../src/adapters/edge/launch.ts';
import { callEdge } from '../../src/adapters/edge/client.ts';
import { portOpen, startOn } from './processes.ts';

export const HOST = 'shop.prod.localhost';
const BODY = JSON.stringify({ service: 'shop', items: Array.from({ length: 10 }, (_, index) => ({ id: index, name: 'item' })) }).slice(0, 230);
const ROOT = resolve(import.meta.dirname, '../..');

export interface Contender {
  name: string;
  port: number;
  pids: number[];
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await gone;
}

function configuration(folder: string, name: string, text: string): string {
  const path = join(folder, `${name}.cfg`);
  writeFileSync(path, `global\n  nbthread 1\n  maxconn 4000\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 75s\n  timeout server 60s\n${text}`);
  return path;
}

async function haproxy(folder: string, core: number, name: string, text: (port: number) => string): Promise<Contender> {
  const port = await freePort();
  const child = startOn(core, 'haproxy', ['-db', '-q', '-f', configuration(folder, name, text(port))]);
  await portOpen(port);
  return { name, port, pids: [child.pid ?? 0], stop: async () => ended(child) };
}

/** A static answer, on the load's core. */
export async function startUpstream(folder: string, core: number): Promise<Contender> {
  const body = join(folder, 'body.json');
  writeFileSync(body, BODY);
  return haproxy(folder, core, 'upstream', (port) => `frontend up\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type application/json file ${body}\n`);
}

export async function startHaproxy(folder: string, core: number, upstream: number): Promise<Contender> {
  return haproxy(
    folder,
    core,
    'haproxy',
    (port) => `frontend in\n  bind 127.0.0.1:${port}\n  option forwardfor\n  use_backend app if { hdr(host) -i ${HOST} }\nbackend app\n  balance roundrobin\n  http-reuse always\n  server one 127.0.0.1:${upstream} weight 90\n  server two 127.0.0.1:${upstream} weight 10\n`,
  );
}

/** Compiles the edge as `npm pack` does and starts it from there: TypeScript at run time would cost memory that users do not pay. */
export async function startEdge(folder: string, core: number, upstream: number): Promise<Contender> {
  const project = join(folder, 'tsconfig.json');
  const out = join(folder, 'dist');
  writeFileSync(project, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { noEmit: false, outDir: out, rootDir: join(ROOT, 'src'), typeRoots: [join(ROOT, 'node_modules/@types')] }, include: [join(ROOT, 'src/adapters/edge/main.ts')] }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const compiled = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`the edge does not compile: ${compiled.stdout}`);
  const home = join(folder, 'edge');
  const edge = await ensureEdge({ folder: home, port: 0, program: join(out, 'adapters/edge/main.js') });
  const { workers } = await callEdge(home, 'health', {});
  const pids = [edge.pid, ...workers.map(({ pid }) => pid)];
  for (const pid of pids) spawnSync('taskset', ['-acp', String(core), String(pid)]);
  const endpoints = [{ host: '127.0.0.1', port: upstream }];
  await new EdgeTraffic(home).apply({ version: 1, routes: [{ host: HOST, pathPrefix: '/', service: 'shop', environment: 'prod', revisions: [{ revision: 'stable', weight: 90, endpoints }, { revision: 'canary', weight: 10, endpoints }] }] });
  return { name: 'edge', port: edge.port, pids, stop: async () => edge.stop(3_000) };
}

export async function startNodeProxy(_folder: string, core: number, upstream: number): Promise<Contender> {
  const port = await freePort();
  const child = startOn(core, process.execPath, [join(import.meta.dirname, 'node-proxy.ts'), String(port), String(upstream)]);
  await portOpen(port);
  return { name: 'node:http', port, pids: [child.pid ?? 0], stop: async () => ended(child) };
}
