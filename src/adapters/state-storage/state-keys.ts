/**
 * Which objects of a storage are states, and of which root and workspace.
 *
 * Each backend of Terraform has its own layout: S3 puts a workspace before the key (`env:/prod/network.tfstate`),
 * Google behind a folder (`network/prod.tfstate`), Azure at the end (`network.tfstateenv:prod`). Below a prefix only
 * what ends in `.tfstate` is taken, and what has workspaces by its name, since a bucket may hold anything.
 */
import type { AzureBlobAddress, GoogleStorageAddress, S3Address } from '../../domain/state-address.ts';
import type { StoredState } from '../../ports/state-storage.ts';

export interface StateKey {
  key: string;
  /** Without bucket: the same for all workspaces. */
  root: string;
  workspace: string;
}

/** A state with its place within bucket or container. */
export interface ObjectState extends StoredState {
  at: StateKey;
}

const STATE_NAME = /\.tfstate$/i;

/** The exact key where it is one, otherwise everything below it; sorted. */
function chosen(keys: readonly StateKey[], wanted: string): StateKey[] {
  const exact = keys.filter((one) => one.root === wanted);
  const prefix = wanted === '' || wanted.endsWith('/') ? wanted : `${wanted}/`;
  const withWorkspaces = new Set(keys.filter((one) => one.workspace !== 'default').map((one) => one.root));
  const states = exact.length > 0 && wanted !== '' ? exact : keys.filter((one) => one.root.startsWith(prefix) && (STATE_NAME.test(one.root) || withWorkspaces.has(one.root)));
  return [...states].sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function s3StateKeys(names: readonly string[], address: Pick<S3Address, 'key' | 'workspacePrefix'>): StateKey[] {
  const before = `${address.workspacePrefix}/`;
  const keys = names.map((key): StateKey => {
    const [workspace = '', ...rest] = key.startsWith(before) && before !== '/' ? key.slice(before.length).split('/') : [];
    return workspace === '' || rest.length === 0 ? { key, root: key, workspace: 'default' } : { key, root: rest.join('/'), workspace };
  });
  return chosen(keys, address.key);
}

export function azureStateKeys(names: readonly string[], address: Pick<AzureBlobAddress, 'key'>): StateKey[] {
  const keys = names.map((key): StateKey => {
    const [, root = key, workspace = 'default'] = /^(.+)env:([^/]+)$/.exec(key) ?? [];
    return { key, root, workspace };
  });
  return chosen(keys, address.key);
}

/** Every state is `<prefix>/<workspace>.tfstate`; the root is the folder. */
export function googleStateKeys(names: readonly string[], address: Pick<GoogleStorageAddress, 'prefix'>): StateKey[] {
  const wanted = address.prefix.replace(/\/+$/, '');
  const keys = names.filter((name) => STATE_NAME.test(name)).map((key): StateKey => {
    const at = key.lastIndexOf('/');
    return { key, root: key.slice(0, Math.max(0, at)), workspace: key.slice(at + 1).replace(STATE_NAME, '') };
  });
  const exact = keys.filter((one) => one.key === wanted);
  return (exact.length > 0 ? exact : keys.filter((one) => wanted === '' || one.root === wanted || one.root.startsWith(`${wanted}/`))).sort((a, b) => (a.key < b.key ? -1 : 1));
}
