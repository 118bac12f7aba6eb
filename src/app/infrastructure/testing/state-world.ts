/** The world of infrastructures with a database: states are pushed over HTTP, analysed in the thread and shown by the console, all for real. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PostgresFindings } from '../../../adapters/postgres/findings/store.ts';
import { openStore } from '../../../adapters/postgres/open-store.ts';
import { PostgresTerraformStates } from '../../../adapters/postgres/terraform-states/store.ts';
import { testDatabase, type TestDatabase } from '../../../adapters/postgres/testing/database.ts';
import type { Readable } from '../../../api/console/readable.ts';
import { createStatePush } from '../../../api/platform/state-push.ts';
import { acceptFinding, reopenFinding } from '../../../control/finding/operations.ts';
import type { EventLog } from '../../../adapters/postgres/events/log.ts';
import { commitTree } from '../../../adapters/git/tree.ts';
import { findRoots } from '../../../engines/infrastructure-roots/find-roots.ts';
import type { Identity } from '../../../ports/identity.ts';
import { AnalysisThread } from '../analysis-thread.ts';
import { openStateAnalysis, type StateAnalysis } from '../state-analysis.ts';
import { openStateIntake } from '../state-intake.ts';
import { exampleFiles, openInfrastructureWorld, type InfrastructureWorld } from './infrastructure-world.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

export interface StateWorld {
  world: InfrastructureWorld;
  database: TestDatabase;
  events: EventLog;
  findings: PostgresFindings;
  states: PostgresTerraformStates;
  analysis: StateAnalysis;
  thread: AnalysisThread;
  /** Everything that was logged. */
  log: string[];
  /** Of hidden values. */
  key: Uint8Array;
  /** Sends a body, or a removal without one, as `user:<who>`; `user:eve` may nothing. */
  send(path: string, body: Uint8Array | string | undefined, who?: string): Promise<Response>;
  /** Three serials of an example, each analysed before the next. */
  pushExample(root: string, serials?: number): Promise<void>;
  example(root: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function openStateWorld(options: { webRoot?: string; readable?: Readable; extensions?: string } = {}): Promise<StateWorld> {
  const database = await testDatabase();
  const store = await openStore(database, { sealKeys: [{ id: 'k', secret: Buffer.from('k') }] });
  const findings = new PostgresFindings(database);
  const states = new PostgresTerraformStates(database);
  const thread = new AnalysisThread({ milliseconds: 60_000, memory: 1_024 }, options.extensions === undefined ? {} : { extensions: options.extensions });
  const key = new Uint8Array(32).fill(5);
  const log: string[] = [];
  const mayNot = (identity: Identity): boolean => identity.subject === 'user:eve';
  const authorise = async (identity: Identity): Promise<{ allowed: boolean; reason: string }> => ({ allowed: !mayNot(identity), reason: mayNot(identity) ? 'no role of shop is granted to user:eve' : '' });
  const world = await openInfrastructureWorld({
    ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
    ...(options.readable === undefined ? {} : { readable: options.readable }),
    findings: { store: findings, states, mayAccept: (identity) => (mayNot(identity) ? 'no role is granted' : undefined) },
    operations: { acceptFinding: (identity, args) => acceptFinding({ findings, authorise }, identity, args), reopenFinding: (identity, args) => reopenFinding({ findings, authorise }, identity, args) },
  });
  const rootsOf = async (namespace: string, repository: string): Promise<{ commit: string; roots: Awaited<ReturnType<typeof findRoots>>['roots'] } | undefined> => {
    const commit = await world.source.head(namespace, repository, 'main').catch(() => undefined);
    return commit === undefined ? undefined : { commit, roots: (await findRoots(await commitTree(world.source.gitDir(namespace, repository), commit))).roots };
  };
  const analysis = openStateAnalysis({
    thread, states, findings, clock, key: async () => key, version: 'test', log: { warn: (fields, message) => log.push(`${message} ${JSON.stringify(fields)}`) },
    codeOf: async ({ namespace, repository, root: name }) => {
      const found = repository === '' ? undefined : await rootsOf(namespace, repository);
      const root = found?.roots.find((one) => one.name === name);
      return found === undefined || root === undefined ? undefined : { gitDir: world.source.gitDir(namespace, repository), commit: found.commit, root };
    },
  });
  const intake = openStateIntake({
    thread, states, findings, clock, key: async () => key, pushed: () => analysis.wake(),
    repositoriesWith: async (namespace, root) => ((await rootsOf(namespace, 'infrastructure'))?.roots.some(({ name }) => name === root) === true ? ['infrastructure'] : []),
  });
  const take = createStatePush({ authorise, push: intake.push, compare: intake.compare, remove: intake.remove, hasNamespace: (name) => name !== 'nobody' }, (line) => log.push(line));
  const server = createServer((request, response) => {
    void take(request, response, { issuer: 'roadbed', subject: String(request.headers['x-test-subject'] ?? 'user:ada') }).then((taken) => {
      if (!taken) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const send = (path: string, body: Uint8Array | string | undefined, who = 'user:ada'): Promise<Response> => fetch(`${url}/roadbed/v1/namespaces/${path}`, { method: body === undefined ? 'DELETE' : 'PUT', headers: { 'x-test-subject': who }, ...(body === undefined ? {} : { body: body as string }) });
  const example = async (name: string): Promise<string[]> => {
    const found = (await rootsOf('shop', 'infrastructure')) ?? { commit: await world.register('shop', 'infrastructure', exampleFiles()), roots: [] };
    const root = ((await rootsOf('shop', 'infrastructure'))?.roots ?? []).find((one) => one.name === name);
    if (root === undefined) throw new Error(`no example ${name}`);
    return JSON.parse(new TextDecoder().decode(await thread.run({ kind: 'example-states', gitDir: world.source.gitDir('shop', 'infrastructure'), commit: found.commit, root }, true))) as string[];
  };
  return {
    world, database, events: store.events, findings, states, analysis, thread, log, key, send, example,
    async pushExample(root, serials = 3) {
      for (const text of (await example(root)).slice(0, serials)) {
        const answer = await send(`shop/terraform-states?root=${root}`, text);
        if (!answer.ok) throw new Error(await answer.text());
        await analysis.pass();
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await analysis.stop();
      await thread.stop();
      await world.stop();
      await store.close();
      await database.drop();
    },
  };
}
