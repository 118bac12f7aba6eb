/** Score's `volume`: a folder of its own that outlives revisions; what is in it goes with the claim. */
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Provisioner } from '../../ports/provisioner.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import { folderName } from './name.ts';
import { residue } from './problem.ts';

/** `folder` must be reachable for the users that programs run as; the runtime gives each volume to its user. */
export function createVolumeProvisioner(folder: string): Provisioner {
  return {
    types: ['volume'],
    provision: async (request) => {
      const source = join(folder, folderName(request));
      await mkdir(source, { recursive: true, mode: 0o700 });
      return { outputs: { type: 'volume', source }, secrets: {} };
    },
    release: async (request) => {
      const source = join(folder, folderName(request));
      await removeFolder(source);
      const left = await lstat(source).then(() => true, () => false);
      if (left) throw residue(request, `the folder ${source}`);
    },
  };
}
