import fc from 'fast-check';
import { expect, test } from 'vitest';
import { azureStateKeys, googleStateKeys, s3StateKeys } from './state-keys.ts';

const BUCKET = ['app', 'env:/prod/app', 'env:/prod/net/terraform.tfstate', 'live-old/x.tfstate', 'net/notes.txt', 'net/terraform.tfstate', 'net/terraform.tfstate.backup'];
const told = (keys: { key: string; root: string; workspace: string }[]): string[] => keys.map(({ root, workspace }) => `${root} ${workspace}`);

test('a key of S3 is itself and its workspaces, and nothing beside it', () => {
  const address = { key: 'net/terraform.tfstate', workspacePrefix: 'env:' };
  expect(told(s3StateKeys(BUCKET, address)).sort()).toEqual(['net/terraform.tfstate default', 'net/terraform.tfstate prod']);
  expect(told(s3StateKeys(BUCKET, { key: 'app', workspacePrefix: 'env:' })).sort()).toEqual(['app default', 'app prod']);
  expect(told(s3StateKeys(['ws/prod/app', 'app'], { key: 'app', workspacePrefix: 'ws' })).sort()).toEqual(['app default', 'app prod']);
});

test('below a prefix of S3 are what ends in .tfstate and what has workspaces; a folder of a like name is not below it', () => {
  expect(told(s3StateKeys(BUCKET, { key: '', workspacePrefix: 'env:' })).sort()).toEqual(['app default', 'app prod', 'live-old/x.tfstate default', 'net/terraform.tfstate default', 'net/terraform.tfstate prod']);
  expect(s3StateKeys(BUCKET, { key: 'live', workspacePrefix: 'env:' })).toEqual([]);
});

test('a state of Google is a folder and a workspace', () => {
  const names = ['net/default.tfstate', 'net/prod.tfstate', 'net/deep/default.tfstate', 'network/default.tfstate', 'net/notes.txt', 'default.tfstate'];
  expect(told(googleStateKeys(names, { prefix: 'net/' }))).toEqual(['net/deep default', 'net default', 'net prod']);
  expect(told(googleStateKeys(names, { prefix: 'net/prod.tfstate' }))).toEqual(['net prod']);
  expect(googleStateKeys(names, { prefix: '' })).toHaveLength(5);
});

test('a state of Azure has its workspace at the end', () => {
  const names = ['net.tfstate', 'net.tfstateenv:prod', 'net.tfstate2', 'app', 'appenv:dev'];
  expect(told(azureStateKeys(names, { key: 'net.tfstate' }))).toEqual(['net.tfstate default', 'net.tfstate prod']);
  expect(told(azureStateKeys(names, { key: '' }))).toEqual(['app default', 'app dev', 'net.tfstate default', 'net.tfstate prod']);
});

test('law: every state that Terraform would write for a key and its workspaces is found, each with its own workspace', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const key = fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'));
  fc.assert(
    fc.property(key, fc.uniqueArray(name.filter((one) => one !== 'default'), { maxLength: 5 }), fc.array(key), (path, workspaces, others) => {
      const wanted = ['default', ...workspaces].sort();
      const s3 = [path, ...workspaces.map((one) => `env:/${one}/${path}`), ...others];
      expect([...new Set(s3StateKeys(s3, { key: path, workspacePrefix: 'env:' }).map((one) => one.workspace))].sort()).toEqual(wanted);
      const azure = [path, ...workspaces.map((one) => `${path}env:${one}`), ...others];
      expect([...new Set(azureStateKeys(azure, { key: path }).map((one) => one.workspace))].sort()).toEqual(wanted);
      const google = wanted.map((one) => `${path}/${one}.tfstate`);
      expect(googleStateKeys([...google, ...others], { prefix: path }).map((one) => one.workspace).sort()).toEqual(wanted);
    }),
  );
});
