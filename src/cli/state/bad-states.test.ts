/** States that are not as they should be, through the command: what is said, and that the rest is analysed all the same. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { localPlatform } from '../../app/local-platform.ts';
import { runProgram } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-bad-states-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]';
const eip = (name: string, more: object = {}): object => ({ mode: 'managed', type: 'aws_eip', name, provider: PROVIDER, instances: [{ attributes: { id: `eipalloc-0${name}${name}${name}`, public_ip: '203.0.113.7', ...more } }] });
const stateText = (resources: object[], more: object = {}): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'l', outputs: {}, resources, ...more }, undefined, 2);

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

interface Answer {
  code: number;
  err: string;
  findings: { subject: { reference: string; name: string } }[];
  problems: string[];
}

async function analysed(...paths: string[]): Promise<Answer> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { out: '', err: '' };
  streams.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  streams.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  const code = await runProgram(['state', ...paths, '--format', 'json'], { ...streams, environment: {} }, localPlatform());
  await new Promise((done) => setImmediate(done));
  const { findings = [], problems = [] } = (texts.out === '' ? {} : JSON.parse(texts.out)) as Partial<Answer>;
  return { code, err: texts.err, findings, problems };
}

test('one that was cut off is refused with its place, and the others are analysed', async () => {
  const whole = stateText([eip('aaa'), eip('bbb')]);
  const cut = file('cut/cut.tfstate', whole.slice(0, whole.length - 120));
  const alone = await analysed(cut);
  expect([alone.code, alone.err]).toEqual([1, expect.stringMatching(/cut\.tfstate:\d+:\d+[^]*ends before it is complete[^]*ROADBED-8050/)]);
  const both = await analysed(cut, file('cut/good.tfstate', stateText([eip('ccc')], { lineage: 'm' })));
  expect([both.code, both.findings.map((one) => one.subject.name), both.problems]).toEqual([8, ['aws_eip.ccc'], [expect.stringContaining('cut.tfstate')]]);
});

test('one that was edited by hand is refused at the place of the fault, without its text', async () => {
  const path = file('edited.tfstate', stateText([eip('aaa', { note: 'hunter2secret' })]).replace('"public_ip":', '"public_ip"'));
  const { code, err } = await analysed(path);
  expect([code, err]).toEqual([1, expect.stringMatching(/edited\.tfstate:\d+:\d+[^]*ROADBED-8050/)]);
  expect(err).not.toContain('hunter2secret');
  const nameless = file('nameless.tfstate', stateText([eip('aaa'), { mode: 'managed', type: 'aws_eip', instances: [{ attributes: {} }] }]));
  expect((await analysed(nameless)).err).toMatch(/resources\[1\] has no name[^]*ROADBED-8053/);
});

test('of one state twice only the newest serial counts; two contents of one serial are told as such', async () => {
  const one = file('twice/one.tfstate', stateText([eip('aaa')]));
  const copy = file('twice/copy.tfstate', stateText([eip('aaa')]));
  const other = file('twice/other.tfstate', stateText([eip('bbb')]));
  const back = file('twice/back.tfstate', stateText([eip('ccc')], { serial: 0 }));
  expect((await analysed(one, copy)).problems).toEqual([expect.stringMatching(/copy\.tfstate is serial 1 of the same state as .*one\.tfstate \(serial 1\): left out/)]);
  expect((await analysed(one, other)).problems).toEqual([expect.stringContaining('says something else: one was edited by hand, or two wrote at once: left out')]);
  const older = await analysed(back, one);
  expect([older.findings.map((finding) => finding.subject.name), older.problems]).toEqual([['aws_eip.aaa'], [expect.stringContaining('back.tfstate is serial 0')]]);
});

test('two lineages under one name are both analysed, told apart by their paths, and that is said', async () => {
  const [one, two] = [file('blue/prod.tfstate', stateText([eip('aaa')])), file('green/prod.tfstate', stateText([eip('aaa')], { lineage: 'm' }))];
  const { code, findings, problems } = await analysed(one, two);
  expect([code, problems.length]).toEqual([8, 2]);
  expect(new Set(findings.map((finding) => finding.subject.reference)).size).toBe(2);
  expect(problems[0]).toContain('has the name of');
});

test('resources that depend on and name each other in a circle are analysed', async () => {
  const ring = ['aaa', 'bbb', 'ccc'].map((name, at, all) => ({ mode: 'managed', type: 'aws_eip', name, provider: PROVIDER, instances: [{ attributes: { id: `eipalloc-0${name}${name}${name}`, tags: { next: `eipalloc-0${(all[(at + 1) % 3] ?? '').repeat(3)}` } }, dependencies: [`aws_eip.${all[(at + 1) % 3] ?? ''}`] }] }));
  expect(await analysed(file('ring.tfstate', stateText(ring)))).toMatchObject({ code: 0, findings: [] });
});

test('an attribute of 50 MB, numbers beyond 2^53 and nesting without end stop nothing', async () => {
  const deep = `{"version":4,"serial":1,"lineage":"d","resources":[{"mode":"managed","type":"aws_eip","name":"deep","provider":"","instances":[{"attributes":{"id":"eipalloc-0dddddd","x":${'['.repeat(3000)}${']'.repeat(3000)}}}]}]}`;
  const big = stateText([eip('aaa', { note: 'x'.repeat(50_000_000), account: '@' })], { lineage: 'b' }).replace('"@"', '123456789012345678901');
  const { code, findings } = await analysed(file('large/big.tfstate', big), file('large/deep.tfstate', deep));
  expect([code, findings.map((one) => one.subject.name).sort()]).toEqual([0, ['aws_eip.aaa', 'aws_eip.deep']]);
});

test('what is no text in UTF-8 is refused by name', async () => {
  expect((await analysed(file('wide.tfstate', Buffer.from(`\ufeff${stateText([eip('aaa')])}`, 'utf16le')))).err).toContain('ROADBED-8063');
});
