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
import { commitChange, readRef, removeStaleLocks, type Person } from './plumbing.ts';

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

interface FirstCommit {
  files: Record<string, string>;
  author: Person;
  time: number;
}

/**
 * Makes the repository when it is not there; answers whether it did. Idempotent, also for two at once.
 *
 * One that is there and empty takes the first files too: who follows the Repository object may have made it in
 * the moment between that object's creation and this call.
 */
export async function createRepository(folder: string, branch: string, first?: FirstCommit): Promise<boolean> {
  if (await exists(join(folder, 'HEAD'))) {
    await removeStaleLocks(folder);
    return await fillIfEmpty(folder, branch, first);
  }
  await mkdir(dirname(folder), { recursive: true });
  const building = join(dirname(folder), `.new-${randomBytes(8).toString('hex')}`);
  try {
    await git(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, building]);
    await fillIfEmpty(building, branch, first);
    await rename(building, folder);
    return true;
  } catch (error) {
    if (await exists(join(folder, 'HEAD'))) return await fillIfEmpty(folder, branch, first);
    throw error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function fillIfEmpty(gitDir: string, branch: string, first: FirstCommit | undefined): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  if (first === undefined || (await readRef(gitDir, ref)) !== undefined) return false;
  await commitChange({ gitDir, ref, files: first.files, message: 'Begin\n', author: first.author, time: first.time });
  return true;
}
