/** Constant load over kept connections and new ones; counts what was lost. A stale keep-alive connection is not used for the next request. */
import { Agent, request } from 'node:http';

export interface LoadCount {
  answered: number;
  /** Answers other than 200, and requests without a whole answer. */
  lost: string[];
  revisions: Map<string, number>;
}

export interface SteadyLoad {
  readonly count: LoadCount;
  stop(): Promise<LoadCount>;
}

/** `kept` connections that are used again and again, and `fresh` loops that open a connection for each request. */
export function startSteadyLoad(port: number, host: string, kept = 8, fresh = 2): SteadyLoad {
  const count: LoadCount = { answered: 0, lost: [], revisions: new Map() };
  const agents = Array.from({ length: kept }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  let stopped = false;
  const once = async (agent: Agent | false): Promise<void> =>
    new Promise((resolve) => {
      const lose = (why: string): void => {
        count.lost.push(why);
        resolve();
      };
      const sent = request({ port, host: '127.0.0.1', path: '/load', headers: { host }, agent }, (answer) => {
        let body = '';
        answer.on('data', (bytes) => (body += bytes));
        answer.on('error', (error) => lose(error.message));
        answer.on('end', () => {
          if (answer.statusCode !== 200) return lose(`${answer.statusCode} ${body}`);
          const name = String(answer.headers['x-roadbed-revision']);
          count.answered += 1;
          count.revisions.set(name, (count.revisions.get(name) ?? 0) + 1);
          resolve();
        });
      });
      sent.on('error', (error) => lose(error.message));
      sent.end();
    });
  const loop = async (agent: Agent | false): Promise<void> => {
    while (!stopped) {
      await once(agent);
      await new Promise((resolve) => setTimeout(resolve, agent === false ? 4 : 1));
    }
  };
  const loops = [...agents.map(loop), ...Array.from({ length: fresh }, async () => loop(false))];
  return {
    count,
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
      for (const agent of agents) agent.destroy();
      return count;
    },
  };
}
