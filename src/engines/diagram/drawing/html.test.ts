/** The interactive page in a real browser, from a file, without a network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, launchBrowser } from '../../../../test/testing/browser.ts';
import type { Diagram, DiagramSet } from '../diagram.ts';
import { drawHtml } from './html.ts';
import { awsPlan, awsThreeTier, kubernetes, nothing, Sketch } from './testing/sample-diagrams.ts';

const HOSTILE = '</script><img src=x onerror="document.title=1">${alert(1)}\u2028"\'`]]>';

function hostile(): Diagram {
  return new Sketch(HOSTILE)
    .group(HOSTILE, 'network', 'network', HOSTILE, { sublabel: HOSTILE })
    .node('n', 'bucket', HOSTILE, 5, { parent: HOSTILE, sublabel: HOSTILE, addresses: [HOSTILE], details: [{ name: HOSTILE, value: HOSTILE }], badges: [{ text: HOSTILE, title: HOSTILE }], location: { file: `javascript:${HOSTILE}`, line: 1, column: 1 } })
    .node('m', 'queue', 'm', 1)
    .edge('m', 'n', 'traffic', HOSTILE)
    .diagram(HOSTILE, HOSTILE, { id: 'hostile', notes: [HOSTILE] });
}

describe.skipIf(browserPath === undefined)('the page', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-diagram-page-'));
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(set: DiagramSet, scheme: 'light' | 'dark' = 'light'): Promise<{ page: Page; problems: string[] }> {
    const file = join(folder, `${Math.trunc(performance.now() * 1000)}.html`);
    writeFileSync(file, drawHtml(set));
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => (message.type() === 'error' || message.type() === 'warning') && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => !request.url().startsWith('file:') && problems.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, problems };
  }

  const shop: DiagramSet = {
    diagrams: [{ ...awsThreeTier(), nodes: awsThreeTier().nodes.map((node) => (node.id === 'aws_lb.web' ? { ...node, opens: 'plan', details: [{ name: 'monthly cost', value: '22.50 USD' }] } : node)) }, { ...awsPlan(), id: 'plan' }],
  };

  test('shows details, neighbours and the source of a part', async () => {
    const { page, problems } = await open(shop);
    await page.locator('#picture-0 [data-node="aws_db_instance.orders"]').click();
    const panel = page.locator('#detail');
    expect(await panel.locator('h2').textContent()).toBe('orders');
    expect(await panel.locator('a').getAttribute('href')).toMatch(/^main\.tf#L\d+$/);
    expect(await panel.innerText()).toContain('← checkout · 5432/tcp (traffic)');
    await panel.getByRole('button', { name: /checkout/ }).click();
    expect(await panel.locator('h2').textContent()).toBe('checkout');
    await page.locator('#picture-0 [data-node="aws_db_instance.orders"]').hover();
    expect(await page.locator('#picture-0.focused [data-node="aws_ecs_service.checkout"].near').count()).toBe(1);
    expect(await page.locator('#picture-0 [data-node="aws_s3_bucket.assets"].near').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('folds a group and unfolds it for a part that is searched', async () => {
    const { page, problems } = await open(shop);
    await page.locator('#picture-0 [data-group="vpc"] .hit').focus();
    await page.keyboard.press('f');
    expect(await page.locator('[data-node="aws_db_instance.orders"]').first().isVisible()).toBe(false);
    expect(await page.locator('.cover').count()).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('aws_db_instance');
    expect(await page.locator('#detail h2').textContent()).toBe('1 part found');
    await page.keyboard.press('Enter');
    expect(await page.locator('[data-node="aws_db_instance.orders"]').first().isVisible()).toBe(true);
    expect(problems).toEqual([]);
  });

  test('zooms, pans, fits and changes the view and the theme', async () => {
    const { page, problems } = await open(shop);
    const camera = (): Promise<string | null> => page.locator('svg:not([hidden]) > .camera').getAttribute('transform');
    const start = await camera();
    await page.locator('#stage').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    expect(await camera()).not.toBe(start);
    await page.keyboard.press('0');
    expect(await camera()).toBe(start);
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -300);
    await expect.poll(camera).not.toBe(start);
    await page.keyboard.press('0');
    await page.locator('#picture-0 [data-node="aws_lb.web"] .opener').click();
    expect(await page.locator('#picker').inputValue()).toBe('plan');
    expect(await page.locator('#picture-1').isVisible()).toBe(true);
    const before = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.locator('#theme').click();
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe(before);
    expect(problems).toEqual([]);
  });

  test('shows the cost in the table when it is known', async () => {
    const { page } = await open(shop);
    await page.locator('summary').click();
    expect(await page.locator('[data-parts="main"]').innerText()).toContain('22.50 USD');
  });

  test.each(['light', 'dark'] as const)('has no accessibility violation in %s', async (scheme) => {
    const { page, problems } = await open({ diagrams: [awsPlan(), { ...kubernetes(), id: 'kubernetes' }] }, scheme);
    await page.locator('[data-node="aws_db_instance.orders"]').first().click();
    await page.locator('summary').click();
    const result = await new AxeBuilder({ page: page as never }).analyze();
    expect(result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ').slice(0, 900)}`)).toEqual([]);
    expect(problems.filter((problem) => !problem.includes('Content Security Policy'))).toEqual([]);
  });

  test('takes hostile text as text', async () => {
    const { page, problems } = await open({ diagrams: [hostile(), { ...nothing(), id: 'empty' }] });
    await page.locator('[data-node="n"]').click();
    expect(await page.locator('#detail h2').textContent()).toContain('onerror=');
    expect(await page.locator('#detail a').getAttribute('href')).toMatch(/^\.\/javascript%3A/);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    await page.locator('#picker').selectOption('empty');
    expect(await page.locator('#detail').innerText()).toContain('no resource');
    expect(problems).toEqual([]);
  });
});
