/** A real object API for the kubectl tests: TLS listener, PostgreSQL store, collector, and kubectl with a folder of its own. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIdentities } from '../src/adapters/postgres/identities.ts';
import { openStore } from '../src/adapters/postgres/open-store.ts';
import { testDatabase } from '../src/adapters/postgres/testing/database.ts';
import { objectClient } from '../src/api/objects/client.ts';
import { ensureNamespaces } from '../src/api/objects/first-objects.ts';
import { startGarbageCollector } from '../src/api/objects/garbage-collector.ts';
import { createObjectApi } from '../src/api/objects/http/handler.ts';
import { serveKinds } from '../src/api/objects/served-kinds.ts';
import { createObjectService } from '../src/api/objects/service.ts';
import type { ObjectService } from '../src/api/objects/service.ts';
import { ensureCertificates } from '../src/api/transport/certificates.ts';
import { writeKubeconfig } from '../src/api/transport/kubeconfig.ts';
import { listenTls } from '../src/api/transport/server.ts';
import { KINDS } from '../src/domain/kinds/registry.ts';
import type { Objects } from '../src/ports/objects.ts';
import type { Events } from '../src/ports/events.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Following {
  /** Everything printed so far. */
  output(): string;
  /** Resolves when the output satisfies `condition`; rejects after ten seconds, with the output. */
  until(condition: (output: string) => boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface KubectlWorld {
  service: ObjectService;
  platform: Objects;
  events: Events;
  url: string;
  folder: string;
  /** kubectl as a platform-admin. */
  kubectl(...args: string[]): Promise<Ran>;
  /** kubectl as somebody else. */
  kubectlAs(subject: string, ...args: string[]): Promise<Ran>;
  /** kubectl with a file to read: `{}` among the arguments stands for its path. */
  kubectlWith(content: unknown, ...args: string[]): Promise<Ran>;
  follow(...args: string[]): Following;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const FOLLOW_TIMEOUT_MS = 10_000;

/** The version line, or undefined with one line on the console that says how to get kubectl. */
export function kubectlVersion(): string | undefined {
  try {
    return execFileSync('kubectl', ['version', '--client'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    console.log('kubectl tests are skipped: install kubectl 1.29 or newer (https://kubernetes.io/docs/tasks/tools/)');
    return undefined;
  }
}

export async function kubectlWorld(): Promise<KubectlWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-kubectl-'));
  const database = await testDatabase();
  const store = await openStore(database, { sealKeys: [{ id: 'test', secret: randomBytes(32) }] });
  const identities = await openIdentities(database);
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const service = createObjectService({ kinds: serveKinds(KINDS), store: store.objects, events: store.events, identities, clock });
  const platform = objectClient(service, { issuer: 'roadbed', subject: 'service:platform' });
  await ensureNamespaces(platform);
  for (const name of ['payments', 'orders']) await platform.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  await platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name: 'admins', namespace: 'roadbed-system' }, spec: { role: 'platform-admin', subjects: ['user:admin'] } });
  const errors: unknown[] = [];
  const collector = startGarbageCollector(service, (error) => void errors.push(error));
  const api = createObjectApi({ service, version: '0.1.0', onError: (error) => void errors.push(error) });
  const certificates = ensureCertificates(join(folder, 'tls'), clock);
  const listener = await listenTls({ port: 0, certificates, handler: (request, response) => api(request, response), onError: (error) => void errors.push(error) });
  const kubeconfigs = new Map<string, string>();

  async function kubeconfigOf(subject: string): Promise<string> {
    const known = kubeconfigs.get(subject);
    if (known !== undefined) return known;
    const { token } = await identities.issue(subject, {});
    const path = join(folder, `${subject.replace(':', '-')}.kubeconfig`);
    writeKubeconfig(path, { server: listener.url, authority: certificates.authority, token, namespace: 'payments' });
    kubeconfigs.set(subject, path);
    return path;
  }

  function environment(kubeconfig: string): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig, KUBE_EDITOR: 'sed -i s/environment:.dev/environment:\\ edited/', KUBECTL_INTERACTIVE_DELETE: 'false' };
  }

  function run(kubeconfig: string, args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile('kubectl', args, { env: environment(kubeconfig), timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  const admin = await kubeconfigOf('user:admin');
  let files = 0;
  const following = new Set<Following>();
  return {
    service,
    platform,
    events: store.events,
    url: listener.url,
    folder,
    kubectl: (...args) => run(admin, args),
    kubectlAs: async (subject, ...args) => run(await kubeconfigOf(subject), args),
    kubectlWith(content, ...args) {
      const path = join(folder, `object-${++files}.yaml`);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      return run(admin, args.map((arg) => (arg === '{}' ? path : arg)));
    },
    follow(...args) {
      const entry = follow(args, environment(admin));
      following.add(entry);
      return entry;
    },
    async stop() {
      for (const entry of following) await entry.stop();
      await collector.stop();
      await listener.close();
      service.stop();
      await store.close();
      await identities.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, 'the object API reported internal errors');
    },
  };
}

function follow(args: readonly string[], env: NodeJS.ProcessEnv): Following {
  const child = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const watchers = new Set<() => void>();
  const grow = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    for (const watcher of [...watchers]) watcher();
  };
  child.stdout.on('data', grow);
  child.stderr.on('data', grow);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    output: () => text,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`not seen in: ${text}`));
        }, FOLLOW_TIMEOUT_MS);
        const look = (): void => {
          if (!condition(text)) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
