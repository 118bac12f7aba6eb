/** A pipeline controller with everything real but the object store: git, workspaces, child processes, packing by hash. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openGitSource, type GitSource } from '../../../adapters/git/source.ts';
import { localTasks } from '../../../adapters/workspaces/local-tasks.ts';
import { openWorkspaces } from '../../../adapters/workspaces/workspaces.ts';
import { SHIPPED_DETECTORS } from '../../../engines/pipeline-detection/shipped.ts';
import { startLoop, type Loop } from '../../loop/loop.ts';
import { MemoryObjects } from '../../loop/testing/memory-objects.ts';
import { received } from '../../repository/received.ts';
import { repositoryReconciler } from '../../repository/reconciler.ts';
import type { PipelineRunObject } from '../../repository/names.ts';
import { pipelineReconciler } from '../reconciler.ts';
import { runOfTask } from '../steps.ts';
import { DEFAULT_SETTINGS, type PipelineWorld, type ReleaseOrder } from '../world.ts';

export const ALICE = { name: 'Alice', email: 'alice@example.test' };
export const PUSHER = { issuer: 'roadbed', subject: 'user:alice' };

export interface TestPlatform {
  folder: string;
  objects: MemoryObjects;
  source: GitSource;
  world: PipelineWorld;
  orders: ReleaseOrder[];
  packed: { digest: string; files: string[] }[];
  warnings: Record<string, unknown>[];
  started: string[];
  start(): void;
  /** As SIGKILL of the control plane: its loop ends, nothing is cleaned up. */
  kill(): Promise<void>;
  push(repository: string, files: Record<string, string>, branch?: string): Promise<{ commit: string; lines: string[] }>;
  finished(run: string): Promise<PipelineRunObject>;
  close(): Promise<void>;
}

function filesOf(folder: string, base = folder): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesOf(join(folder, entry.name), base) : [relative(base, join(folder, entry.name))])).sort();
}

/** `real`: a runtime and an artifact store to use instead of plain child processes and a hash. */
export async function openTestPlatform(settings: Partial<PipelineWorld['settings']> = {}, trusted = true, real: Partial<Pick<PipelineWorld, 'runtime' | 'artifacts'>> = {}): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-pipeline-'));
  chmodSync(folder, 0o755);
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const objects = new MemoryObjects();
  const source = openGitSource({ folder: join(folder, 'git'), clock });
  const started: string[] = [];
  const orders: ReleaseOrder[] = [];
  const packed: TestPlatform['packed'] = [];
  const warnings: Record<string, unknown>[] = [];
  let loop: Loop | undefined;
  const tasks = localTasks({
    onEnd: (id) => {
      const key = runOfTask(id);
      if (key !== undefined) loop?.enqueue('pipeline-run', key);
    },
  });
  const world: PipelineWorld = {
    objects,
    source,
    runtime: { ...tasks, startTask: async (task) => { started.push(task.id); await tasks.startTask(task); } },
    workspaces: openWorkspaces(join(folder, 'work')),
    artifacts: {
      pack: async (place, exclude) => {
        const files = filesOf(place).filter((path) => !exclude.some((one) => path === one || path.startsWith(`${one}/`)));
        const hash = createHash('sha256');
        for (const path of files) hash.update(path).update(readFileSync(join(place, path)));
        const digest = `sha256:${hash.digest('hex')}`;
        packed.push({ digest, files });
        return { digest, size: files.length, mediaType: 'test' };
      },
    },
    clock,
    detectors: SHIPPED_DETECTORS,
    recordArtifact: async () => undefined,
    makeRelease: async (order) => {
      orders.push(order);
      return `${order.service}-${order.artifact.digest.slice(7, 19)}`;
    },
    settings: { ...DEFAULT_SETTINGS, ...settings },
    ...real,
  };
  const repositories = {
    objects,
    source,
    clock,
    webhookUrl: () => 'hook', cloneUrl: (namespace: string, name: string) => `http://git.test/${namespace}/${name}.git`,
    importCatalog: async () => ({ ok: true, message: 'nothing to import' }),
    removeImported: async () => undefined,
    runUrl: (namespace: string, run: string) => `http://console.test/${namespace}/${run}`,
    wake: (namespace: string, name: string) => loop?.enqueue('repository', { namespace, name }),
  };
  const platform: TestPlatform = {
    folder, objects, source, world, orders, packed, warnings, started,
    start: () => {
      loop = startLoop({ objects, clock, log: { warn: (fields) => warnings.push(fields) }, reconcilers: [repositoryReconciler(repositories), pipelineReconciler(world)] });
    },
    kill: async () => {
      const old = loop;
      loop = undefined;
      await old?.stop();
    },
    push: async (repository, files, branch = 'main') => {
      if ((await objects.get('roadbed.dev/Repository', 'team', repository)) === undefined) {
        await objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name: repository, namespace: 'team' }, spec: { branch: 'main', trusted } });
      }
      await source.create('team', repository);
      const before = await source.head('team', repository, branch);
      const commit = await source.commitFiles('team', repository, branch, files, `Change ${Object.keys(files).join(', ')}`, ALICE);
      const lines = await received(repositories, 'team', repository, [{ ref: `refs/heads/${branch}`, ...(before === undefined ? {} : { old: before }), new: commit }], PUSHER);
      return { commit, lines };
    },
    finished: async (name) => {
      for (let n = 0; n < 400; n++) {
        const run = await objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', 'team', name);
        const phase = run?.status?.phase;
        if (run !== undefined && phase !== undefined && phase !== 'Pending' && phase !== 'Running') {
          await loop?.settled();
          return run;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${name} did not finish: ${JSON.stringify(await objects.get('roadbed.dev/PipelineRun', 'team', name))} ${JSON.stringify(warnings)}`);
    },
    close: async () => {
      await loop?.stop();
      await tasks.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return platform;
}
