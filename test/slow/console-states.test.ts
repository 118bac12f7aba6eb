/**
 * States and findings in a real browser, over a real database and Git: what was pushed shows on the root's page, lies over its
 * diagram, and is listed, explained and accepted on the page Findings.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleFiles } from '../../src/app/infrastructure/testing/infrastructure-world.ts';
import { openStateWorld, type StateWorld } from '../../src/app/infrastructure/testing/state-world.ts';
import { axe, browserPath, excessWidth } from '../testing/browser.ts';
import { visitConsole } from '../testing/visit-console.ts';
import { WEB_ROOT } from '../testing/web-pages.ts';

const PICTURE = '[role=region][aria-label^="Picture of"]';
const ROOT = '/infrastructure/shop/infrastructure?root=';

describe.skipIf(browserPath === undefined)('states in the console', { timeout: 120_000 }, () => {
  const { open } = visitConsole();
  let all: StateWorld;
  let empty: StateWorld;

  beforeAll(async () => {
    [all, empty] = [await openStateWorld({ webRoot: WEB_ROOT }), await openStateWorld({ webRoot: WEB_ROOT })];
    for (const one of [all, empty]) await one.world.register('shop', 'infrastructure', exampleFiles());
    await all.pushExample('aws-shop');
  }, 120_000);
  afterAll(async () => {
    await all.stop();
    await empty.stop();
  });

  async function show(path: string, title: RegExp, at: StateWorld = all, options: Parameters<typeof open>[0] = {}): Promise<Page> {
    const page = await open({ viewport: { width: 1360, height: 900 }, ...options }, at.world.running);
    await page.goto(at.world.running.url + path);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    return page;
  }

  test.each([
    ['findings', '/findings', /^\d+ findings are open, \d+ of them severe; [\d.,]+ USD a month could be saved$/, undefined],
    ['findings of one area, which there are none of', '/findings?area=security', /findings are open/, undefined],
    ['a root with its state', `${ROOT}aws-shop`, /^aws-shop has/, '#state table'],
    ['a root with the cost over its diagram', `${ROOT}aws-shop&overlay=cost`, /^aws-shop has/, '#state table'],
    ['a root without a state', `${ROOT}google-events`, /^google-events has/, '#state'],
  ])('%s: axe is clean in both themes, nothing sticks out at 360 px', async (_name, path, title, wait) => {
    const page = await show(path, title, all, { colorScheme: 'light' });
    if (wait !== undefined) await page.locator(wait).first().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await excessWidth(page)).toBe(0);
  });

  test('a platform without states says why there is nothing, and the line for the pipeline', async () => {
    const findings = await show('/findings', /^Nothing has been looked at for findings yet$/, empty);
    await findings.getByText('terraform state pull | roadbed state push - --root NAME -n TEAM').waitFor();
    const root = await show(`${ROOT}aws-shop`, /^aws-shop has/, empty);
    await root.getByText('terraform state pull | roadbed state push - --root aws-shop --repository infrastructure -n shop').waitFor();
  });

  test('the state of a root: serials with what they changed, cost by serial, findings with their code', async () => {
    const page = await show(`${ROOT}aws-shop`, /^aws-shop has/);
    const state = page.getByRole('region', { name: 'State', exact: true });
    await state.getByText(/USD a month at serial 3, [\d.,]+ USD more than at serial 1\./).first().waitFor();
    await state.getByText('2 added, 3 changed').click();
    await state.getByText('aws_ebs_volume.migration', { exact: true }).first().waitFor();
    await state.getByText(/151 waste rules over 1 state|waste rules over 1 state/).waitFor();
    await state.getByRole('button', { name: 'Attribute differs from the code' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('in the state').first().waitFor();
    await dialog.getByRole('region', { name: /^aws-shop\/data\.tf from line/ }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('overlays say amounts and drift on parts and groups, also to readers, and are kept in the address', async () => {
    const page = await show(`${ROOT}aws-shop&overlay=cost`, /^aws-shop has/);
    await page.locator(`${PICTURE} .overlay .cost`).first().waitFor();
    await page.getByText(/^The state costs \$[\d,]+ a month without usage/).waitFor();
    const label = await page.locator(`${PICTURE} [data-node="aws_db_instance.orders"] .hit`).getAttribute('aria-label');
    expect(label).toMatch(/; \d+\.\d\d USD a month$/);
    await page.getByRole('combobox', { name: 'Overlay' }).selectOption('drift');
    await page.waitForURL(/overlay=drift/);
    await page.locator(`${PICTURE} .overlay .warn`).first().waitFor();
    expect(await page.locator(`${PICTURE} [data-node="aws_db_instance.orders"] .hit`).getAttribute('aria-label')).toMatch(/1 difference, the worst medium$/);
    await page.locator(`${PICTURE} [data-node="aws_db_instance.orders"] .hit`).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Details' }).getByText(/instance_class is "db.r6g.2xlarge" in the state/).waitFor();
    await page.getByRole('combobox', { name: 'Overlay' }).selectOption('');
    await page.locator(`${PICTURE} .overlay`).waitFor({ state: 'detached' });
  });

  test('a finding is accepted with a reason and a day, and opened again; filters stay in the address; files are saved', async () => {
    const page = await show('/findings?area=waste&order=saving', /findings are open/);
    await page.getByRole('link', { name: 'EBS volume without an instance' }).click();
    await page.waitForURL(/finding=shop/);
    const details = page.getByRole('dialog', { name: 'EBS volume without an instance' });
    await details.getByText(/44\.00 USD a month.*price of/).waitFor();
    await details.getByRole('button', { name: 'Accept…' }).click();
    const accept = page.getByRole('dialog', { name: 'Accept the finding until a day' });
    expect(await axe(page)).toEqual([]);
    await accept.getByLabel('Why').fill('kept until the migration is over');
    await accept.getByRole('button', { name: 'Accept…' }).click();
    await page.getByRole('link', { name: 'EBS volume without an instance' }).waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'State' }).selectOption('accepted');
    await page.waitForURL(/state=accepted/);
    await page.getByText(/accepted until \d{4}-\d\d-\d\d by mara/).waitFor();
    await page.getByRole('link', { name: 'EBS volume without an instance' }).click();
    await page.getByText('“kept until the migration is over”').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Open again' }).click();
    const reopen = page.getByRole('dialog', { name: 'Open the finding again' });
    await reopen.getByLabel('Why').fill('it is over');
    await reopen.getByRole('button', { name: 'Open again' }).click();
    await page.getByText(/No finding matches the filter|Nothing is open/).waitFor();
    expect((await all.events.query({ kinds: ['finding.accepted', 'finding.reopened'] })).map(({ kind, actor, body }) => [kind, actor.subject, body['reason']])).toEqual([['finding.accepted', 'user:mara', 'kept until the migration is over'], ['finding.reopened', 'user:mara', 'it is over']]);
    await page.goto(`${all.world.running.url}/findings?area=drift`);
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'SARIF' }).click()]);
    const sarif = JSON.parse(await readFile((await saved.path()) ?? '', 'utf8')) as { runs: { results: { ruleId: string }[] }[] };
    expect(sarif.runs[0]?.results.every(({ ruleId }) => ruleId.startsWith('drift.'))).toBe(true);
  });

  test('a push shows by itself: the page says that it is being analysed, then what was found', async () => {
    const page = await show(`${ROOT}google-events`, /^google-events has/);
    await page.getByText('No state of this root was pushed').waitFor();
    const [first = ''] = await all.example('google-events');
    await all.send('shop/terraform-states?root=google-events', first);
    await page.reload();
    await page.getByText('Under way').waitFor();
    await all.analysis.pass();
    await page.getByText('Under way').waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'State', exact: true }).getByText(/Costs a month/).waitFor();
  });
});
