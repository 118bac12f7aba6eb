/** A small service from the golden path, for end-to-end tests: made, changed by `git push`, and looked at in its environments. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { listOwn, ownPath, type RolloutObject } from '../../src/cli/resources.ts';
import type { HoldSpec } from '../../src/domain/kinds/hold.ts';
import type { AttemptPhase } from '../../src/domain/kinds/rollout.ts';
import type { ApiObject } from '../../src/domain/object.ts';
import type { Platform } from './platform.ts';
import { eventually } from './platform.ts';

const git = promisify(execFile);
export const NAMESPACE = 'default';
const MINUTE = 60_000;

/** A strategy of seconds: 20 % and 50 %, with the success rate measured beside it. */
const QUICK_STRATEGY = {
  steps: [{ setWeight: 20 }, { pause: { duration: '3s' } }, { setWeight: 50 }, { pause: { duration: '2s' } }],
  background: { startingStep: 0, checks: [{ name: 'success-rate', metric: 'successRate', min: 0.99, interval: '1s', window: '10s', initialDelay: '1s', minSamples: 20, noData: 'wait' }] },
  progressDeadlineSeconds: 60,
};

export interface ServiceBehaviour {
  version: string;
  /** Share of the requests that are answered with 500. */
  failing?: number;
  /** JavaScript that runs at start, before it listens. */
  atStart?: string;
  /** JavaScript in place of the golden path's own handling of SIGTERM. */
  onSigterm?: string;
}

/** A server as the golden path has it, with a version to recognise and ways to misbehave. */
export function serverSource({ version, failing = 0, atStart = '', onSigterm = 'server.close(() => process.exit(0));' }: ServiceBehaviour): string {
  return `import { createServer } from 'node:http';
${atStart}
const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.writeHead(200).end('ok');
  if (request.url === '/exit') process.exit(7);
  if (request.url === '/environment') return response.writeHead(200).end(String(Object.keys(process.env).length));
  const fails = Math.random() < ${failing};
  setTimeout(() => response.writeHead(fails ? 500 : 200, { 'content-type': 'text/plain' }).end(${JSON.stringify(version)}), 2);
});
server.listen(Number(process.env.PORT));
process.once('SIGTERM', () => { ${onSigterm} });
`;
}

export class DeliveredService {
  readonly name: string;
  platform: Platform;

  constructor(platform: Platform, name: string) {
    this.platform = platform;
    this.name = name;
  }

  host(environment: string): string {
    return `${this.name}.${environment}.localhost`;
  }

  /** Makes it and waits until it serves in dev and prod. */
  async create(): Promise<void> {
    await this.platform.connection.call('PATCH', '/apis/roadbed.dev/v1alpha1/environments/prod', { body: { spec: { strategy: QUICK_STRATEGY } }, contentType: 'application/merge-patch+json' });
    await this.platform.connection.call('PATCH', '/apis/roadbed.dev/v1alpha1/environments/dev', { body: { spec: { strategy: { steps: [], progressDeadlineSeconds: 20 } } }, contentType: 'application/merge-patch+json' });
    await this.operate('newService', { name: this.name, template: 'node-service' });
    for (const environment of ['dev', 'prod']) await this.until(environment, (rollout) => rollout.status?.phase === 'Healthy', `${this.name} is healthy in ${environment}`);
  }

  operate<T = unknown>(operation: string, args: Record<string, unknown>): Promise<T> {
    return this.platform.connection.call<T>('POST', `/roadbed/v1/operations/${operation}`, { body: { namespace: NAMESPACE, ...args } });
  }

  /** Commits these files on top of main and pushes; answers the commit. */
  async push(files: Record<string, string>, message: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'roadbed-clone-'));
    const remote = new URL(`${this.platform.ready.gitUrl}/${NAMESPACE}/${this.name}.git`);
    remote.username = 'anyone';
    remote.password = this.platform.ready.token;
    const run = (...args: string[]): Promise<{ stdout: string }> => git('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: folder, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } });
    try {
      await run('clone', '--quiet', remote.href, '.');
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      await run('add', '--all');
      await run('commit', '--quiet', '--allow-empty', '--message', message);
      await run('push', '--quiet', 'origin', 'HEAD:main');
      return (await run('rev-parse', 'HEAD')).stdout.trim();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  release(behaviour: ServiceBehaviour): Promise<string> {
    return this.push({ 'server.js': serverSource(behaviour) }, `Release ${behaviour.version}`);
  }

  rollout(environment: string): Promise<RolloutObject> {
    return this.platform.connection.call<RolloutObject>('GET', ownPath('rollouts', NAMESPACE, `${this.name}.${environment}`));
  }

  holds(): Promise<ApiObject<HoldSpec>[]> {
    return listOwn<ApiObject<HoldSpec>>(this.platform.connection, 'holds', NAMESPACE);
  }

  async until(environment: string, wanted: (rollout: RolloutObject) => boolean, what: string, timeoutMs = 2 * MINUTE): Promise<RolloutObject> {
    let last: RolloutObject | undefined;
    try {
      return await eventually(what, timeoutMs, async () => {
        last = await this.rollout(environment);
        return wanted(last) ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last?.status ?? {}).slice(0, 2_000)}`, { cause: error });
    }
  }

  /** Waits until an attempt after number `after` ended so. */
  ended(environment: string, after: number, phase: AttemptPhase): Promise<RolloutObject> {
    return this.until(environment, ({ status }) => (status?.attempt?.number ?? 0) > after && status?.attempt?.phase === phase && status.attempt.finishedAt !== undefined, `an attempt of ${this.name}.${environment} after ${after} is ${phase}`);
  }

  async attemptNumber(environment: string): Promise<number> {
    return (await this.rollout(environment)).status?.attempt?.number ?? 0;
  }
}
