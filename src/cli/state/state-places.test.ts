/** Where `roadbed state` finds states: workspaces on this machine, and the backend of a folder of code. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { localPlatform } from '../../app/local-platform.ts';
import { runProgram } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-places-'));
const seen: (string | undefined)[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers.authorization);
  response.end(stateText('web'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  server.close();
});

const stateText = (name: string): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: name, outputs: {}, resources: [{ mode: 'managed', type: 'aws_eip', name, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ attributes: { id: `eipalloc-${name}`, public_ip: '203.0.113.7' } }] }] });

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function roadbed(words: string[], environment: Record<string, string> = {}): Promise<{ code: number; err: string; references: string[] }> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { out: '', err: '' };
  streams.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  streams.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  const code = await runProgram(['state', ...words, '--format', 'json'], { ...streams, environment }, localPlatform());
  await new Promise((done) => setImmediate(done));
  const found = texts.out === '' ? [] : (JSON.parse(texts.out) as { findings: { subject: { reference: string } }[] }).findings;
  return { code, err: texts.err, references: found.map((one) => one.subject.reference).sort() };
}

test('workspaces on this machine are told apart, and one can be asked for, or that which is selected where code is given', async () => {
  file('app/main.tf', 'resource "aws_eip" "prod" {}\n');
  file('app/terraform.tfstate', stateText('default'));
  file('app/terraform.tfstate.d/prod/terraform.tfstate', stateText('prod'));
  file('app/.terraform/environment', 'prod');
  const app = join(folder, 'app');
  expect((await roadbed([app])).references).toEqual(['v1:terraform:app#default#aws_eip.default', 'v1:terraform:app#prod#aws_eip.prod']);
  expect((await roadbed([app, '--workspace', 'default'])).references).toEqual(['v1:terraform:app#default#aws_eip.default']);
  expect((await roadbed([app, '--code', app])).references).toContain('v1:terraform:app#prod#aws_eip.prod');
  expect((await roadbed([app, '--workspace', 'dev'])).err).toContain('ROADBED-8812');
  expect((await roadbed([join(app, 'terraform.tfstate.d/prod/terraform.tfstate')])).references).toEqual(['v1:terraform:app#prod#aws_eip.prod']);
});

test('a folder without states is asked where its backend says, that is said, and the environment\'s password stays at home', async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net`;
  file('web/main.tf', `terraform {\n  backend "http" {\n    address = "${address}?token=hunter2"\n  }\n}\n`);
  const { code, err, references } = await roadbed([join(folder, 'web')], { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 'hunter2' });
  expect([code, references]).toEqual([0, [`v1:terraform:${address.slice(7)}#default#aws_eip.web`]]);
  expect(err).toContain(`the backend "http" (main.tf:2) says ${address}`);
  expect(err).not.toContain('hunter2');
  expect(seen).toEqual([undefined]);
});

test('states in a folder are read before a backend elsewhere, which is told', async () => {
  file('both/main.tf', 'terraform {\n  backend "s3" {\n    bucket = "acme-states"\n    key    = "net"\n  }\n}\n');
  file('both/terraform.tfstate', stateText('here'));
  const { err, references } = await roadbed([join(folder, 'both')]);
  expect(references).toEqual(['v1:terraform:both#default#aws_eip.here']);
  expect(err).toContain('says s3://acme-states/net; the states in the folder were read instead');
  file('cloud/main.tf', 'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n');
  file('cloud/terraform.tfstate', stateText('here'));
  expect((await roadbed([join(folder, 'cloud')])).err).toContain('keeps its state in the backend "cloud" (main.tf:2) (states are read from s3, gcs, azurerm, http and local); the states in the folder were read instead');
});

test('a local backend is read where it says, with its workspaces, but not outside of the folder', async () => {
  file('local/main.tf', 'terraform {\n  backend "local" {\n    path          = "kept/state.json"\n    workspace_dir = "kept/spaces"\n  }\n}\n');
  file('local/kept/state.json', stateText('one'));
  expect((await roadbed([join(folder, 'local')])).references).toEqual(['v1:terraform:local#default#aws_eip.one']);
  file('outside/main.tf', 'terraform {\n  backend "local" {\n    path = "../both/terraform.tfstate"\n  }\n}\n');
  expect((await roadbed([join(folder, 'outside')])).err).toContain('ROADBED-8816');
  rmSync(join(folder, 'local/kept/state.json'));
  expect((await roadbed([join(folder, 'local')])).err).toContain('ROADBED-8204');
});

test('a link in place of the local state does not lead out of the folder', async () => {
  file('linked/main.tf', 'terraform {\n  backend "local" {\n    path = "state.json"\n  }\n}\n');
  symlinkSync(file('elsewhere/secret.json', stateText('secret')), join(folder, 'linked/state.json'));
  expect((await roadbed([join(folder, 'linked')])).err).toContain('ROADBED-8816');
});

test('a backend that is told elsewhere, an unknown client and a folder with nothing are errors with a way out', async () => {
  file('partial/main.tf', 'terraform {\n  backend "s3" {\n    key = "net"\n  }\n}\n');
  expect((await roadbed([join(folder, 'partial')])).err).toContain('bucket is not written out there');
  file('complete/main.tf', 'terraform {\n  backend "gcs" {\n    bucket = "acme-states"\n  }\n}\n');
  expect((await roadbed([join(folder, 'complete')], { XDG_CONFIG_HOME: folder })).err).toContain('npm install --prefix');
  mkdirSync(join(folder, 'nothing'));
  expect((await roadbed([join(folder, 'nothing')])).err).toContain('ROADBED-8204');
});
