/** Repositories with infrastructure behind a console: Git, the analysis thread and the endpoints are real; objects and identities are in memory. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openGitSource, type GitSource } from '../../../adapters/git/source.ts';
import type { Readable } from '../../../api/console/readable.ts';
import { startTestConsole, type StartOptions, type TestConsole } from '../../../api/console/testing/start-console.ts';
import { infrastructurePageSchema, rootPageSchema, type InfrastructurePage, type RootPage } from '../../../api/contract/infrastructure-page.ts';
import { packageRoot } from '../../package-root.ts';
import { AnalysisThread } from '../analysis-thread.ts';
import { openInfrastructureReads } from '../infrastructure-reads.ts';

const AUTHOR = { name: 'Mara', email: 'mara@example.com' };
const EXAMPLES = join(packageRoot, 'examples', 'infrastructure');
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** The example infrastructure of the repository: three roots. */
export function exampleFiles(): Record<string, string> {
  const paths = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).map((path) => join(EXAMPLES, path)).filter((path) => statSync(path).isFile());
  return Object.fromEntries(paths.map((path) => [relative(EXAMPLES, path), readFileSync(path, 'utf8')]));
}

export interface InfrastructureWorld {
  folder: string;
  source: GitSource;
  thread: AnalysisThread;
  running: TestConsole;
  cookie: string;
  register(namespace: string, name: string, files: Record<string, string>, url?: string): Promise<string>;
  push(namespace: string, name: string, files: Record<string, string>, message: string): Promise<string>;
  ask(path: string): Promise<Response>;
  list(): Promise<InfrastructurePage>;
  root(query: string, repository?: string): Promise<RootPage>;
  stop(): Promise<void>;
}

export async function openInfrastructureWorld(options: { thread?: AnalysisThread; readable?: Readable; webRoot?: string; findings?: StartOptions['findings']; operations?: StartOptions['operations'] } = {}): Promise<InfrastructureWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'roadbed-infrastructure-'));
  const source = openGitSource({ folder, clock });
  const thread = options.thread ?? new AnalysisThread();
  const log: string[] = [];
  const infrastructure = openInfrastructureReads({ thread, gitDir: source.gitDir, clock, log: (line) => log.push(line) });
  const running = await startTestConsole({ webRoot: options.webRoot ?? folder, empty: true, infrastructure, ...(options.readable === undefined ? {} : { readable: options.readable }), ...(options.findings === undefined ? {} : { findings: options.findings }), ...(options.operations === undefined ? {} : { operations: options.operations }) });
  const code = new URL(await running.loginLink()).searchParams.get('code') ?? '';
  const signedIn = await fetch(`${running.url}/login`, { method: 'POST', redirect: 'manual', headers: { origin: running.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ code }) });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const ask = (path: string): Promise<Response> => fetch(`${running.url}/roadbed/v1${path}`, { headers: { cookie } });
  const put = (namespace: string, name: string, head: string, url?: string): void =>
    running.objects.put({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name, namespace, uid: `${namespace}-${name}`, resourceVersion: head, generation: 1, creationTimestamp: new Date().toISOString() }, spec: { branch: 'main', trusted: true, ...(url === undefined ? {} : { url }) }, status: { head, cloneUrl: `http://localhost/git/${namespace}/${name}.git` } } as Parameters<typeof running.objects.put>[0]);
  async function settled<T>(read: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const answer = await read();
      if (done(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('it is still being read');
  }
  return {
    folder, source, thread, running, cookie, ask,
    register: async (namespace, name, files, url) => {
      await source.create(namespace, name, files, AUTHOR);
      const head = (await source.head(namespace, name, 'main')) ?? '';
      put(namespace, name, head, url);
      return head;
    },
    push: async (namespace, name, files, message) => {
      const commit = await source.commitFiles(namespace, name, 'main', files, message, AUTHOR);
      put(namespace, name, commit);
      return commit;
    },
    list: () => settled(async () => infrastructurePageSchema.parse(await (await ask('/infrastructure')).json()), (page) => [...page.repositories, ...page.roots].every(({ reading }) => reading.state !== 'reading')),
    root: (query, repository = 'shop/infrastructure') => settled(async () => rootPageSchema.parse(await (await ask(`/infrastructure/${repository}?${query}`)).json()), (page) => page.reading.state !== 'reading'),
    async stop() {
      if (log.length > 0) throw new Error(log.join('\n'));
      await running.stop();
      await thread.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
