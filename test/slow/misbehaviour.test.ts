/** Programs that misbehave, released for real: each fails its attempt with a cause that a person understands, and its neighbour serves on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startConstantLoad, type ConstantLoad } from '../testing/constant-load.ts';
import { DeliveredService, serverSource } from '../testing/delivered-service.ts';
import { purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';
import { processesOf } from '../testing/processes.ts';

const MINUTE = 60_000;
const SCORE = (limits: string): string => `apiVersion: score.dev/v1b1
metadata:
  name: unruly
service:
  ports:
    web: { port: 8080 }
containers:
  main:
    image: .
    readinessProbe:
      httpGet: { path: /healthz, port: 8080 }
${limits}`;

let dataDir: string;
let platform: Platform;
let unruly: DeliveredService;
let load: ConstantLoad;

beforeAll(async () => {
  dataDir = temporaryFolder();
  platform = await startPlatform(dataDir);
  unruly = new DeliveredService(platform, 'unruly');
  await unruly.create();
  load = startConstantLoad(platform.ready.edgeUrl, [unruly.host('prod')], 2);
}, 5 * MINUTE);

afterAll(async () => {
  const { answered, lost } = await load.stop();
  await platform.stop();
  purge(dataDir);
  console.log(`prod meanwhile: ${answered} answered, ${lost.length} lost`);
  expect(lost).toEqual([]);
}, 2 * MINUTE);

/** Releases these files to dev; answers the sentence of the verdict and how long the attempt took. */
async function verdictOn(files: Record<string, string>, what: string): Promise<{ sentence: string; seconds: number }> {
  const before = await unruly.attemptNumber('dev');
  await unruly.push({ 'score.yaml': SCORE(''), ...files }, what);
  const { status } = await unruly.ended('dev', before, 'RolledBack');
  const attempt = status?.attempt;
  const seconds = (Date.parse(attempt?.finishedAt ?? '') - Date.parse(attempt?.startedAt ?? '')) / 1_000;
  const sentence = attempt?.verdict?.sentence ?? '';
  console.log(`${what}: "${sentence}" after ${seconds.toFixed(1)} s`);
  return { sentence, seconds };
}

test('a program that exits at once: exit code and last lines of its log', async () => {
  const { sentence, seconds } = await verdictOn({ 'server.js': 'console.error("Error: no such table: orders");\nprocess.exit(3);\n' }, 'exits at once');
  expect(sentence).toContain('exit code 3');
  expect(sentence).toContain('no such table: orders');
  expect(seconds).toBeLessThan(20);
}, 3 * MINUTE);

test('a program that never gets ready: the deadline, and that its probe never passed', async () => {
  const { sentence } = await verdictOn({ 'server.js': 'setInterval(() => undefined, 1000);\n' }, 'never gets ready');
  expect(sentence).toContain('not ready within 20 s');
  expect(sentence).toContain('never passed its readiness probe');
}, 3 * MINUTE);

test('a program that eats memory: the limit and what it used', async () => {
  const eater = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5);\n';
  const { sentence, seconds } = await verdictOn({ 'server.js': eater, 'score.yaml': SCORE('    resources: { limits: { memory: 128Mi } }\n') }, 'eats memory');
  expect(sentence).toMatch(/memory limit 128 MiB exceeded: used \d+ MiB/);
  expect(seconds).toBeLessThan(20);
}, 3 * MINUTE);

test('a program that forks without end: the limit, and none of its children is left', async () => {
  const forks = 'import { spawn } from "node:child_process";\nsetInterval(() => { for (let n = 0; n < 40; n += 1) spawn("sleep", ["1000"], { stdio: "ignore", detached: true }).on("error", () => undefined); }, 20);\n';
  const { sentence, seconds } = await verdictOn({ 'server.js': forks }, 'forks without end');
  expect(sentence).toMatch(/process limit 512 exceeded: \d+ processes/);
  expect(seconds).toBeLessThan(40);
  expect(processesOf(dataDir).length).toBeLessThan(40);
}, 3 * MINUTE);

test('a program that floods its log is served, and its log stays small on the disk', async () => {
  const before = await unruly.attemptNumber('dev');
  const flood = 'setInterval(() => { for (let n = 0; n < 2000; n += 1) console.log("a line that says nothing at all ".repeat(8)); }, 5);';
  await unruly.push({ 'score.yaml': SCORE(''), 'server.js': serverSource({ version: 'loud', atStart: flood }) }, 'floods its log');
  await unruly.ended('dev', before, 'Promoted');
  await new Promise((done) => setTimeout(done, 5_000));
  const folder = join(dataDir, 'supervisor');
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, path) => sum + (statSync(join(folder, path), { throwIfNoEntry: false })?.size ?? 0), 0);
  console.log(`logs and state of the supervisor: ${(bytes / 1e6).toFixed(1)} MB`);
  expect(bytes).toBeLessThan(150e6);
}, 3 * MINUTE);
