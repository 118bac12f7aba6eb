/** `roadbed pipeline run` on a laptop: the pipeline of a folder, on a copy of it, without a server. */
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../adapters/held-folder/held-folder.ts';
import { copyFolder, folderTree } from '../adapters/workspaces/folder-tree.ts';
import { localTasks } from '../adapters/workspaces/local-tasks.ts';
import { runLocally } from '../control/pipeline/run-locally.ts';
import { PlatformError } from '../domain/error.ts';
import { allDetectors, extensionsOf } from './control-plane/extensions.ts';
import { packageNetwork } from './package-network.ts';

export interface LocalPipelineOptions {
  folder: string;
  dataDir: string;
  /** Folder of the platform team's own detectors; absent: that of the data directory, if there is one. */
  extensions: string | undefined;
  onLine: (line: string) => void;
  signal: AbortSignal;
}

/** Throws ROADBED-2104 for a faulty detector, ROADBED-7012 for a folder of extensions that is not there. */
export async function runLocalPipeline(options: LocalPipelineOptions): Promise<{ ok: boolean; message: string }> {
  const { extensions } = options;
  if (extensions !== undefined && !existsSync(extensions)) throw new PlatformError({ code: 'ROADBED-7012', class: 'usage', message: `there is no folder ${extensions}`, next: 'name the platform team\'s folder of extensions with --extensions; it holds detectors/*.json' });
  const detectors = allDetectors(extensions ?? extensionsOf(options.dataDir));
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
      detectors,
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
