/** Constant load on services behind the edge, for end-to-end tests: every request has a fate, and none is forgotten. */
import { Agent, request } from 'node:http';

export interface Lost {
  host: string;
  /** Status of an answer that is not 200, or why there was no whole answer. */
  why: string;
  revision: string | undefined;
  /** Milliseconds since the start of the load. */
  atMs: number;
}

export interface LoadReport {
  answered: number;
  lost: Lost[];
  revisions: Record<string, number>;
  /** Longest time between two answers of one host, in milliseconds. */
  longestGapMs: number;
}

export interface ConstantLoad {
  /** What happened since the last call of `take`, or the start; counting goes on. */
  take(): LoadReport;
  stop(): Promise<LoadReport>;
}

const REQUEST_TIMEOUT_MS = 15_000;
const PAUSE_MS = 10;
const FRESH_PAUSE_MS = 25;

interface Tally {
  answered: number;
  lost: Lost[];
  revisions: Map<string, number>;
  longestGapMs: number;
  lastAnswer: Map<string, number>;
}

function emptyTally(hosts: readonly string[], now: number): Tally {
  return { answered: 0, lost: [], revisions: new Map(), longestGapMs: 0, lastAnswer: new Map(hosts.map((host) => [host, now])) };
}

/** On each host `kept` loops that keep their connection and one that opens a connection for each request. */
export function startConstantLoad(edgeUrl: string, hosts: readonly string[], kept = 4): ConstantLoad {
  const { hostname, port } = new URL(edgeUrl);
  const began = performance.now();
  let tally = emptyTally(hosts, began);
  let stopped = false;

  const once = (host: string, agent: Agent | false): Promise<void> =>
    new Promise((resolve) => {
      let settled = false;
      const end = (note: () => void): void => {
        if (settled) return;
        settled = true;
        note();
        resolve();
      };
      const lose = (why: string, revision?: string): void => end(() => tally.lost.push({ host, why, revision, atMs: Math.round(performance.now() - began) }));
      const sent = request({ hostname, port, path: '/', headers: { host }, agent, timeout: REQUEST_TIMEOUT_MS }, (answer) => {
        const revision = answer.headers['x-roadbed-revision'] as string | undefined;
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => (body += text));
        answer.on('error', (error) => lose(error.message, revision));
        answer.on('end', () => {
          if (answer.statusCode !== 200) return lose(`${answer.statusCode} ${body.slice(0, 200)}`, revision);
          end(() => {
            const now = performance.now();
            tally.answered += 1;
            tally.revisions.set(revision ?? '', (tally.revisions.get(revision ?? '') ?? 0) + 1);
            tally.longestGapMs = Math.max(tally.longestGapMs, now - (tally.lastAnswer.get(host) ?? now));
            tally.lastAnswer.set(host, now);
          });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS} ms`)));
      sent.on('error', (error) => lose((error as NodeJS.ErrnoException).code ?? error.message));
      sent.end();
    });

  const agents = hosts.flatMap((host) => Array.from({ length: kept }, () => ({ host, agent: new Agent({ keepAlive: true, maxSockets: 1 }) as Agent | false })));
  const loop = async ({ host, agent }: { host: string; agent: Agent | false }): Promise<void> => {
    while (!stopped) {
      await once(host, agent);
      await new Promise((resolve) => setTimeout(resolve, agent === false ? FRESH_PAUSE_MS : PAUSE_MS));
    }
  };
  const loops = [...agents, ...hosts.map((host) => ({ host, agent: false as const }))].map(loop);

  const take = (): LoadReport => {
    const { answered, lost, revisions, longestGapMs, lastAnswer } = tally;
    tally = { ...emptyTally(hosts, performance.now()), lastAnswer };
    return { answered, lost, revisions: Object.fromEntries(revisions), longestGapMs: Math.round(longestGapMs) };
  };
  return {
    take,
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
      for (const { agent } of agents) if (agent !== false) agent.destroy();
      return take();
    },
  };
}
