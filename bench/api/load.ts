/** The load generator: keep-alive TLS connections, one request at a time on each, latencies kept. */
import { Client } from 'undici';

export interface Endpoint {
  url: string;
  authority: string;
  token: string;
}

export interface Rate {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

export function connect(endpoint: Endpoint): Client {
  return new Client(endpoint.url, { connect: { ca: endpoint.authority, servername: 'localhost' }, pipelining: 1 });
}

export async function send(client: Client, endpoint: Endpoint, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: string, type = 'application/json'): Promise<{ status: number; text: string }> {
  const answer = await client.request({
    method,
    path,
    headers: { authorization: `Bearer ${endpoint.token}`, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

export function quantile(sorted: readonly number[], q: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(3));
}

/** `count` requests over all clients; each asks for its next number. Throws when one is not answered as expected. */
export async function drive(clients: readonly Client[], count: number, one: (client: Client, index: number) => Promise<{ status: number; text: string }>): Promise<Rate> {
  let next = 0;
  const latencies: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let index = next++; index < count; index = next++) {
        const sentAt = performance.now();
        const { status, text } = await one(client, index);
        if (status >= 300) throw new Error(`request ${index} was answered with ${status}: ${text.slice(0, 300)}`);
        latencies.push(performance.now() - sentAt);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return { perSecond: Math.round(count / seconds), p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

/** About 1 kB as JSON, as a Backstage component of a real team is. */
export function component(index: number): string {
  return JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: `component-${String(index).padStart(6, '0')}`,
      namespace: 'bench',
      labels: { team: `team-${index % 20}`, rank: `rank-${index % 1000}`, tier: 'backend' },
      annotations: { 'roadbed.dev/source': `https://git.example.com/bench/component-${index}.git`, 'roadbed.dev/note': 'x'.repeat(245) },
    },
    spec: { type: 'service', lifecycle: 'production', owner: `group:team-${index % 20}`, system: 'bench', dependsOn: ['resource:database', 'component:gateway'], providesApis: [`api-${index}`], description: 'y'.repeat(180) },
  });
}

/** A watch over its own connection; `delays` maps object names to the time their event arrived. */
export async function watchNames(endpoint: Endpoint, path: string, onEvent: (name: string, type: string) => void): Promise<{ stop(): Promise<void> }> {
  const client = connect(endpoint);
  const answer = await client.request({ method: 'GET', path, headers: { authorization: `Bearer ${endpoint.token}` } });
  let rest = '';
  answer.body.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const type = /^\{"type":"([A-Z]+)"/.exec(line)?.[1] ?? '';
      const name = /"name":"(component-\d+)"/.exec(line)?.[1] ?? '';
      onEvent(name, type);
    }
  });
  answer.body.on('error', () => {});
  return { stop: () => client.destroy() };
}
