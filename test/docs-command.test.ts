/** `roadbed docs` as its users run it: a process, real folders, a real repository, exit codes. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'roadbed-docs-'));
const shop = join(folder, 'aws-shop');

interface Ran {
  code: number;
  out: string;
  err: string;
}

function docs(...words: string[]): Promise<Ran> {
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, 'src/app/main.ts'), 'docs', ...words], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }));
  });
}

function git(...words: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], { cwd: folder, stdio: 'ignore' });
}

beforeAll(() => {
  cpSync(join(ROOT, 'examples/infrastructure'), folder, { recursive: true });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the documentation of an example', () => {
  test('is Markdown with the diagram, every module, resolved arguments and a sentence on coverage', async () => {
    const { code, out, err } = await docs(shop);
    expect(code).toBe(0);
    for (const part of ['# aws-shop', '```mermaid', '## Inputs', '# Module aws-shop/modules/network', '| cidr | `"10.20.0.0/16"` |', 'shop-production-storefront']) expect(out).toContain(part);
    expect(err).toMatch(/60 of 60 resource blocks understood/);
    expect(out.match(/```mermaid/g)).toHaveLength(3);
    // Policies written with jsonencode over arns that are not known yet: their actions are.
    expect(out).toContain('|"can write"|');
    expect(out).toContain('|"can read"|');
    expect(out).not.toContain('undefined');
  });

  test('is the same bytes every time, in every format', async () => {
    for (const format of ['svg', 'html', 'mermaid', 'drawio', 'json', 'png']) {
      const files = [join(folder, `a.${format}`), join(folder, `b.${format}`)];
      for (const file of files) expect(await docs(shop, '--format', format, '--out', file)).toMatchObject({ code: 0 });
      expect(readFileSync(files[0] ?? '').equals(readFileSync(files[1] ?? ''))).toBe(true);
      files.forEach((file) => rmSync(file));
    }
  });

  test('never tells a sensitive value', async () => {
    for (const format of ['json', 'html', 'markdown', 'svg']) {
      expect((await docs(shop, '--format', format, '--var', 'database_password=hunter2-is-secret')).out).not.toContain('hunter2-is-secret');
    }
  });

  test('follows variables on the command line', async () => {
    expect((await docs(shop, '--format', 'svg', '--var', 'environment=staging')).out).toContain('shop-staging');
    expect(await docs(shop, '--var', 'environment')).toMatchObject({ code: 2, err: expect.stringContaining('ROADBED-8065') });
    const large = join(folder, 'large.tfvars');
    writeFileSync(large, 'x = 1\n'.repeat(2_000_000));
    expect(await docs(shop, '--var-file', large)).toMatchObject({ code: 1, err: expect.stringContaining('ROADBED-8066') });
    rmSync(large);
  });
});

describe('READMEs', () => {
  test('get documentation between markers, are fresh then, and stale after a change: exit code 7 with the difference', async () => {
    expect(await docs(shop, '--inject', '--check')).toMatchObject({ code: 7 });
    expect(await docs(shop, '--inject', '--recursive')).toMatchObject({ code: 0 });
    expect(readFileSync(join(shop, 'modules/service/README.md'), 'utf8')).toContain('[priority](variables.tf#L11)');
    expect(await docs(shop, '--inject', '--recursive', '--check')).toMatchObject({ code: 0, out: '' });
    const variables = join(shop, 'modules/service/variables.tf');
    const text = readFileSync(variables, 'utf8');
    writeFileSync(variables, text.replace('Order of the listener', 'Place in the order of the listener'));
    const stale = await docs(shop, '--inject', '--recursive', '--check');
    writeFileSync(variables, text);
    expect(stale.code).toBe(7);
    expect(stale.out).toMatch(/^-.*Order of the listener/m);
    expect(stale.out).toMatch(/^\+.*Place in the order of the listener/m);
  });
});

test('a site over all roots has a page a module and a search', async () => {
  const site = join(folder, 'site');
  expect(await docs(shop, join(folder, 'google-events'), join(folder, 'azure-portal'), '--site', site)).toMatchObject({ code: 0 });
  expect(readdirSync(join(site, 'aws-shop')).sort()).toEqual(['aws-shop-modules-network.html', 'aws-shop-modules-service.html', 'diagram.html', 'index.html']);
  expect(readFileSync(join(site, 'index.html'), 'utf8')).toContain('aws_db_instance.orders');
  rmSync(site, { recursive: true });
});

test('a difference with a commit is coloured', async () => {
  const data = join(shop, 'data.tf');
  const text = readFileSync(data, 'utf8');
  writeFileSync(data, `${text.replace('cache.t4g.small', 'cache.t4g.large')}\nresource "aws_s3_bucket" "extra" {\n  bucket = "extra-bucket"\n}\n`);
  const { code, out } = await docs(shop, '--format', 'json', '--compare', 'main');
  writeFileSync(data, text);
  expect(code).toBe(0);
  const parts = (JSON.parse(out) as { diagrams: { nodes: { addresses: string[]; change?: string }[] }[] }).diagrams[0]?.nodes ?? [];
  expect(parts.find((part) => part.addresses.includes('aws_s3_bucket.extra'))?.change).toBe('added');
  expect(parts.find((part) => part.addresses.includes('aws_elasticache_replication_group.sessions'))?.change).toBe('changed');
  expect(await docs(shop, '--compare', 'no-such-branch')).toMatchObject({ code: 4, err: expect.stringContaining('ROADBED-8064') });
});

test('outside of a repository the modules beside a root are found, and with --top nothing else is read', async () => {
  const apart = mkdtempSync(join(tmpdir(), 'roadbed-docs-'));
  cpSync(join(ROOT, 'examples/infrastructure/aws-shop/modules/network'), join(apart, 'modules/network'), { recursive: true });
  cpSync(join(ROOT, 'examples/infrastructure/google-events'), join(apart, 'roots/a'), { recursive: true });
  writeFileSync(join(apart, 'roots/a/net.tf'), 'module "net" {\n  source = "../../modules/network"\n  name   = "n"\n  cidr   = "10.0.0.0/16"\n}\n');
  expect(await docs(join(apart, 'roots/a'))).toMatchObject({ code: 0, out: expect.stringContaining('aws\\_nat\\_gateway.this') });
  expect(await docs(join(apart, 'roots/a'), '--top', join(apart, 'roots'))).toMatchObject({ code: 8, err: expect.stringContaining('leads out of the folder') });
  rmSync(apart, { recursive: true });
});

describe('bad input', () => {
  test('a broken file is named with line and column, and hides nothing else: exit code 8', async () => {
    const broken = join(shop, 'broken.tf');
    writeFileSync(broken, 'resource "aws_s3_bucket" "b" {\n  bucket = \n}\n');
    const { code, out, err } = await docs(shop);
    rmSync(broken);
    expect(code).toBe(8);
    expect(err).toMatch(/broken\.tf:2:\d+/);
    expect(out).toContain('aws\\_db\\_instance.orders');
  });

  test('a module that refuses its own defaults is documented whole, and says so', async () => {
    const strict = join(folder, 'strict');
    mkdirSync(strict);
    writeFileSync(join(strict, 'main.tf'), 'variable "size" {\n  default = 0\n\n  validation {\n    condition     = var.size > 0\n    error_message = "Give a size."\n  }\n}\n');
    const { code, out, err } = await docs(strict);
    rmSync(strict, { recursive: true });
    expect({ code, told: err.includes('Give a size.'), documented: out.includes('[size](') }).toEqual({ code: 0, told: true, documented: true });
  });

  test('a circle, a million instances and a module that calls itself are told, bounded, and leave the rest: exit code 8', async () => {
    const cases: [string, string, RegExp][] = [
      ['circle', 'locals {\n  a = local.b\n  b = local.a\n}\n', /main\.tf:2:3: local\.a: depends on itself: local\.a -> local\.b -> local\.a/],
      ['million', 'resource "aws_s3_bucket" "many" {\n  count = 1000000\n}\n', /only the first 10000/],
      ['self', 'module "me" {\n  source = "./"\n}\n', /calls itself/],
    ];
    for (const [name, text, expected] of cases) {
      const root = join(folder, name);
      mkdirSync(root);
      writeFileSync(join(root, 'main.tf'), `${text}resource "aws_sqs_queue" "rest" {}\n`);
      const { code, out, err } = await docs(root);
      rmSync(root, { recursive: true });
      expect({ name, code, rest: out.includes('aws\\_sqs\\_queue.rest') }).toEqual({ name, code: 8, rest: true });
      expect(err).toMatch(expected);
    }
  });

  test('a plan cut in half, a state of an unknown version, nothing at all and UTF-16 are refused with what to do', async () => {
    const cases: [string, string | Buffer, string][] = [
      ['half.json', '{"format_version": "1.2", "planned_values": {', 'ROADBED-8050'],
      ['new.tfstate', '{"version": 7, "serial": 1, "resources": []}', 'ROADBED-8052'],
      ['wide.json', Buffer.from('\ufeff{}', 'utf16le'), 'ROADBED-8063'],
    ];
    for (const [name, content, expected] of cases) {
      writeFileSync(join(folder, name), content);
      const { code, err } = await docs(join(folder, name));
      rmSync(join(folder, name));
      expect(err).toContain(expected);
      expect(err).toContain('try: ');
      expect(code).not.toBe(0);
    }
    expect(await docs(join(folder, 'not-there'))).toMatchObject({ code: 4, err: expect.stringContaining('ROADBED-8061') });
  });
});
