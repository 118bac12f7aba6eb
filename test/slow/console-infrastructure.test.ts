/**
 * The page Infrastructure in a real browser, over a real Git repository: the list, the diagram and what can be done in
 * it, a push that shows without reload, a comparison, files to save, the empty states.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleFiles, openInfrastructureWorld, type InfrastructureWorld } from '../../src/app/infrastructure/testing/infrastructure-world.ts';
import { axe, browserPath, excessWidth } from '../testing/browser.ts';
import { visitConsole } from '../testing/visit-console.ts';
import { WEB_ROOT } from '../testing/web-pages.ts';

const PICTURE = '[role=region][aria-label^="Picture of"]';

describe.skipIf(browserPath === undefined)('infrastructure in the console', { timeout: 120_000 }, () => {
  const { open } = visitConsole();
  let world: InfrastructureWorld;
  let first: string;

  beforeAll(async () => {
    world = await openInfrastructureWorld({ webRoot: WEB_ROOT });
    first = await world.register('shop', 'infrastructure', exampleFiles());
    await world.register('shop', 'checkout', { 'server.js': '' });
    await world.list();
  }, 60_000);
  afterAll(async () => world.stop());

  async function show(path: string, title: RegExp, options: Parameters<typeof open>[0] = {}): Promise<Page> {
    const page = await open({ viewport: { width: 1360, height: 900 }, ...options }, world.running);
    await page.goto(world.running.url + path);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    return page;
  }

  async function showRoot(query = 'root=aws-shop', title = /^aws-shop/, options: Parameters<typeof open>[0] = {}): Promise<Page> {
    const page = await show(`/infrastructure/shop/infrastructure?${query}`, title, options);
    await page.locator(`${PICTURE} .node`).first().waitFor();
    return page;
  }

  test.each([
    ['the list', '/infrastructure', /^3 roots with \d+ resources, all understood$/],
    ['a root', '/infrastructure/shop/infrastructure?root=google-events', /^google-events has \d+ resources, all understood$/],
    ['a part', '/infrastructure/shop/infrastructure?root=aws-shop&part=aws_db_instance.orders&about=coverage', /^aws-shop has \d+ resources in 3 modules/],
  ])('%s answers its question, axe is clean in both themes, nothing sticks out at 360 px', async (_name, path, title) => {
    const page = await show(path, title, { colorScheme: 'light' });
    if (path.includes('root=')) await page.locator(`${PICTURE} .node`).first().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await excessWidth(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
  });

  test('g i goes to the list, and a row to its diagram', async () => {
    const page = await open({ viewport: { width: 1360, height: 900 } }, world.running);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL(/\/infrastructure$/);
    await page.getByRole('link', { name: 'azure-portal' }).click();
    await page.waitForURL(/root=azure-portal/);
    await page.locator(`${PICTURE} .node`).first().waitFor();
  });

  test('a part that is searched opens with its attributes, its place, its code and its neighbours', async () => {
    const page = await showRoot();
    await page.keyboard.press('/');
    await page.keyboard.type('aws_db_instance');
    await page.getByText('1 part found').waitFor();
    await page.getByRole('complementary', { name: 'Found parts' }).getByRole('button').click();
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByText(/^aws-shop\/data\.tf:\d+$/).waitFor();
    await details.getByText('engine_version', { exact: true }).waitFor();
    await details.getByRole('region', { name: /^aws-shop\/data\.tf from line/ }).getByText('resource "aws_db_instance" "orders" {').waitFor();
    expect(await page.evaluate(`document.querySelector('${PICTURE}').shadowRoot.activeElement.closest('[data-node]').getAttribute('data-node')`)).toContain('aws_db_instance.orders');
    await details.getByRole('button', { name: /5432\/tcp/ }).first().click();
    await page.waitForURL(/part=.*(checkout|storefront|fulfil)/);
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  test('it is zoomed, moved and folded by mouse and by keyboard, and the page itself still scrolls', async () => {
    const page = await showRoot();
    const camera = (): Promise<unknown> => page.evaluate(`document.querySelector('${PICTURE}').shadowRoot.querySelector('.camera').getAttribute('transform')`);
    const seen = [await camera()];
    const changed = async (): Promise<void> => {
      await expect.poll(camera).not.toBe(seen.at(-1));
      seen.push(await camera());
    };
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await changed();
    await page.locator(PICTURE).scrollIntoViewIfNeeded();
    const box = (await page.locator(PICTURE).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + 30, box.y + box.height - 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 130, box.y + box.height - 60, { steps: 4 });
    await page.mouse.up();
    await changed();
    await page.mouse.wheel(0, 120);
    expect(await camera()).toBe(seen.at(-1));
    await page.locator(PICTURE).hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 120);
    await page.keyboard.up('Control');
    await changed();
    await page.getByRole('button', { name: 'Fit' }).click();
    const group = page.locator(`${PICTURE} .head .hit`).first();
    await group.focus();
    await page.keyboard.press('f');
    await page.locator(`${PICTURE} .covers text`).filter({ hasText: /parts folded/ }).first().waitFor();
    await page.keyboard.press('f');
    await page.locator(`${PICTURE} .covers text`).waitFor({ state: 'detached' });
  });

  test('levels and views are switched, and the address keeps them', async () => {
    const page = await showRoot();
    for (const [word, parts] of [['Services', /services, databases and queues/], ['Module calls', /modules and what they use/], ['Context', /the system and what is around it/]] as const) {
      await page.getByRole('button', { name: word, exact: true }).click();
      await page.getByText(parts).waitFor();
    }
    await page.reload();
    await page.getByText(/the system and what is around it/).waitFor();
  });

  test('a push shows without reload, its difference in colour, and the commit before stays as it was', async () => {
    const page = await showRoot();
    await page.evaluate('window.beforeThePush = true');
    const second = await world.push('shop', 'infrastructure', { 'aws-shop/reports.tf': 'resource "aws_s3_bucket" "reports" {\n  bucket = "shop-reports"\n}\n' }, 'Keep reports');
    await page.locator('dd code').getByText(second.slice(0, 7)).waitFor();
    await page.locator(`${PICTURE} [data-node*="aws_s3_bucket.reports"]`).waitFor();
    expect(await page.evaluate('window.beforeThePush')).toBe(true);
    await page.getByRole('button', { name: 'What changed last' }).click();
    await page.getByRole('heading', { level: 1, name: `aws-shop: 1 resource added since ${first.slice(0, 7)}` }).waitFor();
    await page.locator(`${PICTURE} .node.added[data-node*="aws_s3_bucket.reports"]`).waitFor();
    await page.getByRole('row', { name: /aws_s3_bucket\.reports.*Added/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'End the comparison' }).click();
    await page.getByLabel('As of').selectOption(first);
    await page.getByText('This is not the newest').waitFor();
    await page.locator(`${PICTURE} [data-node*="aws_s3_bucket.reports"]`).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /Copy as CLI/ }).first().getAttribute('title')).toBe(`git checkout ${first.slice(0, 7)} && roadbed docs aws-shop`);
  });

  test('modules are documented, and what is saved needs nothing else', async () => {
    const page = await showRoot('root=aws-shop&about=modules');
    await page.getByLabel('Module', { exact: true }).selectOption('aws-shop/modules/network');
    await page.getByRole('heading', { name: /^Called as module\.network/ }).waitFor();
    for (const [label, says] of [['SVG', /^<svg [^>]*xmlns=/], ['HTML', /^<!doctype html>/], ['draw.io', /<mxfile/]] as const) {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: label, exact: true }).click()]);
      expect(saved.suggestedFilename()).toMatch(/^infrastructure-aws-shop-[0-9a-f]{7}\.(svg|html|drawio)$/);
      expect(await readFile(await saved.path(), 'utf8')).toMatch(says);
    }
  });

  test('code with faults shows them with line and column, and the rest all the same; a root that is gone says so', async () => {
    await world.register('shop', 'faulty', { 'main.tf': 'terraform {\n  backend "s3" {}\n}\nresource "aws_sqs_queue" "a" {\n  name = nowhere.b\n}\nresource "aws_s3_bucket" {\n}\n' });
    await world.root('root=.', 'shop/faulty');
    const page = await show('/infrastructure/shop/faulty?root=.', /problems? in its code$/);
    await page.getByRole('tab', { name: /problem/ }).click();
    await page.getByText(/^main\.tf:7:\d+$/).first().waitFor();
    await page.locator(`${PICTURE} .node`).first().waitFor();
    await page.goto(`${world.running.url}/infrastructure/shop/faulty?root=gone`);
    await page.getByRole('heading', { level: 1, name: /There is no root "gone"/ }).waitFor();
    await page.goto(`${world.running.url}/infrastructure/shop/faulty?root=.&commit=v9`);
    await page.getByRole('heading', { level: 1, name: /There is no commit, branch or tag "v9"/ }).waitFor();
  });

  test('a root that cannot be read says why in its title, and what to do', async () => {
    await world.register('shop', 'missing', { 'roadbed.yaml': 'version: 1\ninfrastructure:\n  - { path: ., name: prod, variableFiles: [gone.tfvars] }\n', 'main.tf': 'resource "null_resource" "a" {}\n' });
    const page = await show('/infrastructure/shop/missing?root=prod', /^prod cannot be shown: The variables file gone\.tfvars is not in commit [0-9a-f]{7}\.$/);
    await page.getByText('ROADBED-8405').waitFor();
    await page.getByRole('link', { name: /^[0-9a-f]{7}$/ }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('without a root the list says what was looked at, and what to do', async () => {
    const bare = await openInfrastructureWorld({ webRoot: WEB_ROOT });
    await bare.register('shop', 'checkout', { 'server.js': '' });
    await bare.list();
    const page = await open({}, bare.running);
    await page.goto(`${bare.running.url}/infrastructure`);
    await page.getByText('1 repository was looked at; none has a root module').waitFor();
    await page.getByText(/name its roots in roadbed\.yaml/).waitFor();
    expect(await axe(page)).toEqual([]);
    await bare.stop();
  });
});
