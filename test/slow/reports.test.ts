/** The HTML reports in a real browser: readable in both themes and at every width, for every ear, with and without scripts. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, browserPath, excessWidth, launchBrowser } from '../testing/browser.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'roadbed-reports-'));
const code = join(folder, 'code');
let browser: Browser;

const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';
const instances = (type: string, name: string, all: object[]): object => ({ mode: 'managed', type, name, provider: AWS, instances: all.map((attributes, at) => ({ attributes, ...(all.length === 1 ? {} : { index_key: at }) })) });
const STATE = { version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'l', outputs: {}, resources: [
  instances('aws_ebs_volume', 'archive', [0, 1, 2].map((at) => ({ id: `vol-0${at}aaaaaaa`, availability_zone: 'eu-west-1a', size: 500, type: 'gp2' }))),
  instances('aws_eip', 'a_name_that_is_much_longer_than_any_column_of_a_telephone_could_ever_show_on_one_line', [{ id: 'eipalloc-0aaaaaa1', public_ip: '203.0.113.7' }]),
  instances('aws_cloudwatch_log_group', 'app', [{ id: 'x', name: '<img src=x onerror=document.title=1>', retention_in_days: 0 }]),
  instances('aws_instance', 'web', [{ id: 'i-0aaaaaaa1', instance_type: 'm4.large', monitoring: true, arn: 'arn:aws:ec2:eu-west-1:1:instance/i-0aaaaaaa1' }]),
] };

function roadbed(...words: string[]): Promise<string> {
  return new Promise((done, failed) => execFile(process.execPath, [join(ROOT, 'src/app/main.ts'), ...words], { cwd: folder, encoding: 'utf8', timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) => (error === null ? done(out) : failed(new Error(err)))));
}

async function opened(name: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(pathToFileURL(join(folder, name)).href);
  return page;
}

describe.skipIf(browserPath === undefined)('reports', () => {
  beforeAll(async () => {
    mkdirSync(code);
    writeFileSync(join(code, 'main.tf'), 'resource "aws_ebs_volume" "archive" {\n  count             = 3\n  availability_zone = "eu-west-1a"\n  size              = 500\n  type              = "gp2"\n}\n');
    writeFileSync(join(folder, 'net.tfstate'), JSON.stringify(STATE));
    await roadbed('state', 'net.tfstate', '--code', code, '--format', 'html', '--out', 'state.html');
    await roadbed('cost', 'net.tfstate', '--compare', code, '--format', 'html', '--out', 'cost.html');
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const views = ['state.html', 'cost.html'].flatMap((name) => (['light', 'dark'] as const).flatMap((colorScheme) => [400, 1400].map((width) => [name, colorScheme, width] as const)));
  test.each(views)('%s in the %s theme, %i wide: no fault that axe knows, nothing sideways, nothing refused', async (name, colorScheme, width) => {
    const said: string[] = [];
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(pathToFileURL(join(folder, name)).href);
    expect(await excessWidth(page)).toBe(0);
    expect(said).toEqual([]);
    expect(await page.title()).not.toBe('1');
    expect(await page.locator('svg[role=img]').count()).toBe(1);
    await page.close();
    const checked = await (await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();
    await checked.goto(pathToFileURL(join(folder, name)).href);
    expect(await axe(checked)).toEqual([]);
    await checked.context().close();
  }, 60_000);

  test('the search, the severity and the order work; without scripts everything is there', async () => {
    const page = await opened('state.html');
    const shown = (): Promise<number> => page.locator('#causes .finding:not([hidden])').count();
    const all = await shown();
    await page.fill('#find', 'telephone');
    expect(await shown()).toBe(1);
    await page.fill('#find', '');
    await page.check('#patched');
    expect(await shown()).toBeGreaterThan(0);
    expect(await shown()).toBeLessThan(all);
    await page.uncheck('#patched');
    await page.selectOption('#order', 'name');
    const titles = await page.locator('#causes .cause').evaluateAll((groups) => (groups as { dataset: { name: string } }[]).map((group) => group.dataset.name));
    expect(titles).toEqual([...titles].sort());
    await page.close();
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.goto(pathToFileURL(join(folder, 'state.html')).href);
    expect(await plain.locator('.finding').count()).toBeGreaterThanOrEqual(all);
    expect(await plain.locator('.tools').isVisible()).toBe(false);
    await plain.context().close();
  }, 60_000);
});
