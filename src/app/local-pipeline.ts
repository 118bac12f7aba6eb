/** `roadbed pipeline run` on a laptop: the pipeline of a folder, on a copy of it, without a server. */
import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../adapters/held-folder/held-folder.ts';
import { copyFolder, folderTree } from '../adapters/workspaces/folder-tree.ts';
import { localTasks } from '../adapters/workspaces/local-tasks.ts';
import { runLocally } from '../control/pipeline/run-locally.ts';
import { SHIPPED_DETECTORS } from '../engines/pipeline-detection/shipped.ts';
import { packageNetwork } from './package-network.ts';

export async function runLocalPipeline(options: { folder: string; onLine: (line: string) => void; signal: AbortSignal }): Promise<{ ok: boolean; message: string }> {
  const place = await mkdtemp(join(tmpdir(), 'roadbed-pipeline-'));
  const tasks = localTasks({ onLine: options.onLine });
  try {
    const workspace = join(place, 'workspace');
    const home = join(place, 'home');
    await mkdir(home);
    await copyFolder(options.folder, workspace);
    const { ok, message } = await runLocally({
      tree: folderTree(workspace),
      workspace,
      home,
      tasks,
      detectors: SHIPPED_DETECTORS,
      environment: packageNetwork(process.env),
      onLine: options.onLine,
      signal: options.signal,
      now: () => Date.now(),
      wait: (ms) => tasks.wait(ms),
    });
    return { ok, message };
  } finally {
    await tasks.stop();
    await removeFolder(place);
  }
}
