/**
 * The folder of a bare repository: made at once or not at all, and configured by us alone.
 *
 * It is built under a name that no repository can have and moved into place, so a kill half-way leaves
 * nothing that looks like a repository. The settings that guard it are given with every call: they belong to
 * the platform, not to the folder.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { git, type GitSettings } from './exec.ts';
import { LIMITS } from './limits.ts';
import { commitChange, removeStaleLocks, type Person } from './plumbing.ts';

/**
 * Pushes may move branches and tags and nothing else; broken or hostile objects are refused at the door,
 * except for three old mistakes that honest repositories carry in their history.
 */
export const REPOSITORY_SETTINGS: GitSettings = {
  'http.receivepack': 'true',
  'http.uploadpack': 'true',
  'http.getanyfile': 'false',
  'receive.maxInputSize': String(LIMITS.pushBytes),
  'receive.autogc': 'false',
  'receive.unpackLimit': '1',
  'receive.denyDeletes': 'false',
  'receive.denyDeleteCurrent': 'refuse',
  'receive.advertisePushOptions': 'false',
  'receive.fsckObjects': 'true',
  'receive.fsck.zeroPaddedFilemode': 'ignore',
  'receive.fsck.missingSpaceBeforeDate': 'ignore',
  'receive.fsck.badTimezone': 'ignore',
  'receive.hideRefs': ['refs/', '!refs/heads/', '!refs/tags/'],
  'uploadpack.hideRefs': ['refs/', '!refs/heads/', '!refs/tags/'],
  'uploadpack.allowFilter': 'true',
  'core.logAllRefUpdates': 'true',
};

/** When many pushes have left much to pack together. */
export const TIDY_SETTINGS: GitSettings = { 'gc.auto': '2000', 'gc.autoPackLimit': '30' };

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}

/** Makes the repository when it is not there; answers whether it did. Idempotent, also for two at once. */
export async function createRepository(folder: string, branch: string, first?: { files: Record<string, string>; author: Person; time: number }): Promise<boolean> {
  if (await exists(join(folder, 'HEAD'))) {
    await removeStaleLocks(folder);
    return false;
  }
  await mkdir(dirname(folder), { recursive: true });
  const building = join(dirname(folder), `.new-${randomBytes(8).toString('hex')}`);
  try {
    await git(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, building]);
    if (first !== undefined) {
      await commitChange({ gitDir: building, ref: `refs/heads/${branch}`, files: first.files, message: 'Begin\n', author: first.author, time: first.time });
    }
    await rename(building, folder);
    return true;
  } catch (error) {
    if (await exists(join(folder, 'HEAD'))) return false;
    throw error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
