/** The Infrastructure endpoints over a real Git repository and the real analysis thread; only objects and identities are in memory. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawingSchema, rootModulesSchema } from '../../api/contract/infrastructure-page.ts';
import { AnalysisThread } from './analysis-thread.ts';
import { exampleFiles, openInfrastructureWorld as openWorld, type InfrastructureWorld } from './testing/infrastructure-world.ts';

const BUCKET = 'terraform {\n  backend "s3" {}\n}\nprovider "aws" {\n  region = "eu-central-1"\n}\nvariable "stage" {\n  type = string\n}\nresource "aws_s3_bucket" "files" {\n  bucket = "files-${var.stage}"\n}\n';

describe('infrastructure of repositories', { timeout: 60_000 }, () => {
  let world: InfrastructureWorld;
  let first: string;
  beforeAll(async () => {
    world = await openWorld();
    first = await world.register('shop', 'infrastructure', exampleFiles());
    await world.register('shop', 'checkout', { 'server.js': '' });
  }, 60_000);
  afterAll(async () => world.stop());

  test('the list has the declared roots with their numbers, and says which repositories have none', async () => {
    const { roots, repositories } = await world.list();
    expect(roots.map(({ root }) => [root.name, root.origin, root.reason])).toEqual([['aws-shop', 'declared', 'roadbed.yaml names it'], ['google-events', 'declared', 'roadbed.yaml names it'], ['azure-portal', 'declared', 'roadbed.yaml names it']]);
    for (const { summary, head, reading } of roots) {
      expect(reading).toEqual({ state: 'ready' });
      expect(summary?.resources).toBeGreaterThan(10);
      expect(summary?.coverage.resourceBlocksUnderstood).toBe(summary?.coverage.resourceBlocks);
      expect(head).toMatchObject({ commit: first, author: 'Mara' });
    }
    expect(repositories.map(({ name, roots: count }) => [name, count])).toEqual([['checkout', 0], ['infrastructure', 3]]);
  });

  test('a root tells its diagrams, its commits and where its code lies', async () => {
    const page = await world.root('root=aws-shop');
    expect(page.content?.diagrams.map(({ level, view }) => `${level} by ${view}`)).toEqual(expect.arrayContaining(['resource by network', 'container by network', 'context by network', 'resource by module']));
    expect(page.content?.summary.folders).toEqual(expect.arrayContaining(['aws-shop', 'aws-shop/modules/network', 'aws-shop/modules/service']));
    expect(page.commits.map(({ commit }) => commit)).toEqual([first]);
    expect(page.content?.problems).toEqual([]);
  });

  test('a drawing is the picture with every part, its details and its place, without a link where nothing shows the file', async () => {
    const { content } = await world.root('root=aws-shop');
    const answer = await world.ask(`/infrastructure/shop/infrastructure/drawing?root=aws-shop&commit=${first}&diagram=${encodeURIComponent(content?.diagrams[0]?.id ?? '')}`);
    expect(answer.headers.get('cache-control')).toBe('private, max-age=86400, immutable');
    const drawing = drawingSchema.parse(await answer.json());
    expect(drawing.svg).toMatch(/^<svg /);
    const database = drawing.parts.find((part) => part.addresses.some((address) => address.startsWith('aws_db_instance.')));
    expect(database?.place).toMatch(/^aws-shop\/\w+\.tf:\d+$/);
    expect(drawing.parts.some((part) => part.link !== undefined)).toBe(false);
    for (const part of drawing.parts) expect(drawing.svg).toContain(`data-${part.node ? 'node' : 'group'}="${part.id.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`);
  });

  test('the code of a part is shown to its closing brace', async () => {
    const excerpt = (await (await world.ask(`/infrastructure/shop/infrastructure/source?root=aws-shop&commit=${first}&file=aws-shop/main.tf&line=1`)).json()) as { lines: string[] };
    expect(excerpt.lines.length).toBeGreaterThan(0);
    expect((await world.ask(`/infrastructure/shop/infrastructure/source?root=aws-shop&commit=${first}&file=../../secret&line=1`)).status).toBe(404);
  });

  test('modules are documented, and every format can be saved', async () => {
    const { modules } = rootModulesSchema.parse(await (await world.ask('/infrastructure/shop/infrastructure/modules?root=aws-shop')).json());
    expect(modules.map((module) => module.folder)).toEqual(['aws-shop', 'aws-shop/modules/network', 'aws-shop/modules/service']);
    expect(modules[0]?.inputs.length).toBeGreaterThan(0);
    for (const [format, says] of [['svg', /^<svg /], ['html', /^<!doctype html>/], ['drawio', /<mxfile/], ['json', /"schemaVersion"/], ['mermaid', /flowchart/], ['markdown', /^#/]] as const) {
      const saved = await world.ask(`/infrastructure/shop/infrastructure/file?root=aws-shop&format=${format}`);
      expect(saved.headers.get('content-disposition')).toMatch(new RegExp(`^attachment; filename="infrastructure-aws-shop-${first.slice(0, 7)}\\.\\w+"$`));
      expect(await saved.text()).toMatch(says);
    }
  });

  test('a push is shown at once, an earlier commit stays as it was, and two are compared', async () => {
    const second = await world.push('shop', 'infrastructure', { 'aws-shop/reports.tf': 'resource "aws_s3_bucket" "reports" {\n  bucket = "shop-reports"\n}\n' }, 'Keep reports');
    const now = await world.root('root=aws-shop');
    expect(now.head).toMatchObject({ commit: second, subject: 'Keep reports' });
    expect(now.commits.map(({ commit }) => commit)).toEqual([second, first]);
    expect((await world.root('root=google-events')).commits.map(({ commit }) => commit)).toEqual([first]);
    const before = await world.root(`root=aws-shop&commit=${first.slice(0, 8)}`);
    expect(before.commit.commit).toBe(first);
    expect(before.content?.summary.resources).toBe((now.content?.summary.resources ?? 0) - 1);
    const compared = await world.root(`root=aws-shop&compare=${first}`);
    expect(compared.content?.changes).toEqual([{ address: 'aws_s3_bucket.reports', change: 'added', place: 'aws-shop/reports.tf:1' }]);
    const drawn = drawingSchema.parse(await (await world.ask(`/infrastructure/shop/infrastructure/drawing?root=aws-shop&compare=${first}&diagram=${encodeURIComponent(compared.content?.diagrams[0]?.id ?? '')}`)).json());
    expect(drawn.parts.filter((part) => part.change === 'added').flatMap((part) => part.addresses)).toContain('aws_s3_bucket.reports');
  });

  test('the same folder is two roots with other variables; a faulty file names line and column and hides nothing', async () => {
    await world.register('shop', 'stages', {
      'roadbed.yaml': 'version: 1\ninfrastructure:\n  - { path: infra, name: staging, variableFiles: [staging.tfvars] }\n  - { path: infra, name: prod, workspace: prod, variableFiles: [../prod.tfvars] }\n  - { path: infra, name: none, variableFiles: [gone.tfvars] }\n',
      'infra/main.tf': BUCKET, 'infra/staging.tfvars': 'stage = "staging"\n', 'prod.tfvars': 'stage = "prod"\n',
      'infra/broken.tf': 'resource "aws_sqs_queue" {\n',
    });
    for (const stage of ['staging', 'prod']) {
      const page = await world.root(`root=${stage}`, 'shop/stages');
      expect(page.content?.problems[0]).toMatchObject({ file: 'infra/broken.tf', line: 1 });
      const drawing = drawingSchema.parse(await (await world.ask(`/infrastructure/shop/stages/drawing?root=${stage}&diagram=${encodeURIComponent(page.content?.diagrams[0]?.id ?? '')}`)).json());
      expect(JSON.stringify(drawing.parts)).toContain(`files-${stage}`);
    }
    expect((await world.root('root=none', 'shop/stages')).reading).toMatchObject({ state: 'failed', problem: { code: 'ROADBED-8405', message: expect.stringContaining('infra/gone.tfvars') } });
  });

  test('without a declaration roots are found by their code, and modules that others call are none', async () => {
    await world.register('shop', 'found', {
      'live/prod/main.tf': `${BUCKET}module "net" {\n  source = "../../modules/net"\n}\n`,
      'live/dev/main.tf': 'provider "google" {\n  project = "x"\n}\nresource "google_storage_bucket" "b" {\n  name = "b"\n}\n',
      'modules/net/main.tf': 'provider "aws" {}\nresource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n',
    });
    await world.register('shop', 'faulty', { 'roadbed.yaml': 'version: 1\ninfrastructure:\n  - { path: ../x }\n', 'main.tf': 'resource "null_resource" "a" {}\n' });
    const { roots, repositories } = await world.list();
    expect(roots.filter(({ root }) => root.repository === 'found').map(({ root }) => [root.name, root.reason])).toEqual([['live/dev', 'it configures google and has resources'], ['live/prod', 'it keeps its state in a backend of the type s3']]);
    expect(repositories.find(({ name }) => name === 'faulty')?.problems).toMatchObject([{ file: 'roadbed.yaml', line: 3, column: 13 }]);
    expect(roots.filter(({ root }) => root.repository === 'faulty').map(({ root }) => root.path)).toEqual(['.']);
  });

  test('links lead to the forge of an external repository', async () => {
    const commit = await world.register('shop', 'elsewhere', { 'main.tf': BUCKET }, 'https://github.com/acme/infra.git');
    const page = await world.root('root=.', 'shop/elsewhere');
    const drawing = drawingSchema.parse(await (await world.ask(`/infrastructure/shop/elsewhere/drawing?root=.&diagram=${encodeURIComponent(page.content?.diagrams[0]?.id ?? '')}`)).json());
    expect(drawing.parts.map((part) => part.link)).toContain(`https://github.com/acme/infra/blob/${commit}/main.tf#L10`);
  });

  test.each(['root=nothing', 'root=aws-shop&commit=0000000', 'root=aws-shop&commit=--all', 'root=aws-shop&commit=main..other', `root=aws-shop&commit=${'a'.repeat(40)}`])('%s is told to be nowhere', async (query) => {
    expect((await world.ask(`/infrastructure/shop/infrastructure?${query}`)).status).toBe(404);
  });
});

describe('limits and rights', { timeout: 60_000 }, () => {
  test('a reader sees the repositories of his teams only', async () => {
    const world = await openWorld({ readable: { all: false, namespaces: ['shop'], row: () => true } });
    await world.register('shop', 'mine', { 'main.tf': BUCKET });
    await world.register('bank', 'theirs', { 'main.tf': BUCKET });
    expect((await world.list()).repositories.map(({ name }) => name)).toEqual(['mine']);
    for (const path of ['', '/drawing', '/modules', '/file', '/source']) expect((await world.ask(`/infrastructure/bank/theirs${path}?root=.&diagram=x&format=svg&file=main.tf&line=1`)).status).toBe(404);
    await world.stop();
  });

  test('code that takes too long is given up, and the next is read all the same', async () => {
    const world = await openWorld({ thread: new AnalysisThread({ milliseconds: 3_000 }) });
    const wide = Array.from({ length: 400 }, (_, index) => `resource "null_resource" "r${index}" {\n  count = 1000\n  triggers = { for a in range(1000) : a => sha512("\${a}") }\n}\n`).join('');
    await world.register('shop', 'slow', { 'main.tf': wide });
    await world.register('shop', 'small', { 'main.tf': BUCKET });
    expect((await world.root('root=.', 'shop/slow')).reading).toMatchObject({ state: 'failed', problem: { code: 'ROADBED-8401', why: 'It took longer than 3 s.' } });
    expect((await world.root('root=.', 'shop/small')).reading).toEqual({ state: 'ready' });
    expect((await world.root('root=.', 'shop/slow')).reading).toMatchObject({ state: 'failed' });
    await world.stop();
  });

  test('code that needs too much memory ends its thread and nothing else', async () => {
    const world = await openWorld();
    const commit = await world.register('shop', 'infrastructure', exampleFiles());
    const narrow = new AnalysisThread({ memory: 6 });
    await expect(narrow.run({ kind: 'roots', gitDir: world.source.gitDir('shop', 'infrastructure'), commit }, true)).rejects.toMatchObject({ code: 'ROADBED-8402' });
    await narrow.stop();
    await expect(narrow.run({ kind: 'roots', gitDir: '', commit }, true)).rejects.toMatchObject({ code: 'ROADBED-8406' });
    await world.stop();
  });
});
