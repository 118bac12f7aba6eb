/**
 * The console against the real platform: a person signs in by the printed link, releases a faulty version,
 * watches it being undone, reads the receipt, lifts the hold, releases the fix, and makes a service of his own.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { axe, browserPath, excessWidth, launchBrowser } from '../testing/browser.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const MINUTE = 60_000;
const PROGRAM = resolve(import.meta.dirname, '..', '..', 'bin', 'roadbed');
const run = promisify(execFile);

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

/** The first of three free ports in a row: console, API and edge, so that a restart is found at the same address. */
async function freePorts(): Promise<number> {
  for (;;) {
    const base = await new Promise<number>((done) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => done(port));
      });
    });
    if ((await Promise.all([base, base + 1, base + 2].map(listens))).every(Boolean)) return base;
  }
}

describe.skipIf(browserPath === undefined)('the console on the real platform', () => {
  let dataDir: string;
  let flags: string[];
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = temporaryFolder();
    flags = ['--port', String(await freePorts())];
    [platform, browser] = await Promise.all([startPlatform(dataDir, flags), launchBrowser()]);
    context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
  }, 3 * MINUTE);
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await (platform as Platform | undefined)?.stop();
    purge(dataDir);
  }, 2 * MINUTE);
  afterEach(() => expect(complaints.splice(0), 'what the browser complained about').toEqual([]));

  const title = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
  const at = (path: string): string => platform.ready.consoleUrl + path;

  test('the printed link signs in, and Home follows the fleet until all of it is healthy', async () => {
    await page.goto(platform.ready.loginUrl ?? '');
    await page.waitForURL(at('/'));
    await title('All 6 services are healthy').waitFor({ timeout: 4 * MINUTE });
    await page.getByRole('link', { name: 'payments', exact: true }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('a faulty version is pressed into production, and the page shows its way back without reload', async () => {
    await page.evaluate('window.beforeTheScene = true');
    await page.getByRole('button', { name: 'Release a faulty version' }).click();
    await page.waitForURL(/\/(rollouts|pipelines)\//);
    if (!page.url().includes('/rollouts/')) {
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      await page.getByRole('link', { name: 'Watch payments in prod' }).click();
    }
    const seen = new Set<string>();
    const road = page.getByRole('img', { name: /% of the traffic goes to canary/ });
    await eventually('the verdict', 3 * MINUTE, async () => {
      const label = await road.getAttribute('aria-label', { timeout: 1_000 });
      const weight = /(\d+) % of the traffic goes to canary/.exec(label ?? '')?.[1];
      if (weight !== undefined) seen.add(weight);
      return (await title(/was rolled back: [\d.]+.% of \d+ requests failed, limit 1.%/).count()) > 0 ? true : undefined;
    });
    expect([...seen]).toContain('10');
    await page.getByRole('img', { name: /had \d+ % before its traffic went back/ }).waitFor();
    expect(await page.evaluate('window.beforeTheScene')).toBe(true);
    expect(await axe(page)).toEqual([]);
  }, 4 * MINUTE);

  test('every tab of the receipt holds its evidence', async () => {
    await page.getByRole('cell', { name: /successRate of payments\.prod/ }).first().waitFor();
    await page.getByRole('tab', { name: 'The return' }).click();
    await page.getByText(/Commit [0-9a-f]{7} names the last healthy hash/).waitFor();
    await page.getByRole('tab', { name: /log rows/ }).click();
    await page.getByText('service.rolledback').first().waitFor();
    await page.getByRole('tab', { name: /CDEvents/ }).click();
    await page.getByRole('tabpanel').getByText('incident.detected', { exact: true }).click();
    await page.getByText(/"dev\.cdevents\.incident\.detected\.\d/).first().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Delivery metrics' }).click();
    await page.getByRole('button', { name: /Change fail rate/ }).click();
    await page.getByText(/returned by the platform/).first().waitFor();
    expect(await axe(page)).toEqual([]);
  }, MINUTE);

  test('the attempt before it still has its own receipt', async () => {
    await page.getByRole('link', { name: 'Attempt 1', exact: true }).click();
    await page.waitForURL(/[?]attempt=1$/);
    await title(/serves all requests of payments in prod/).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show the newest attempt' }).click();
    await title(/was rolled back/).waitFor();
  }, MINUTE);

  test('the hold is lifted with a reason that the log keeps', async () => {
    await page.goto(at('/rollouts/shop/payments.prod'));
    await page.getByRole('button', { name: 'Lift the hold' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('seen, understood, the fix is on its way');
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Lift the hold' }).click();
    await page.getByText('is held in prod').waitFor({ state: 'detached' });
    await page.goto(at('/audit?kind=object.'));
    await page.getByText('seen, understood, the fix is on its way').first().waitFor();
  }, MINUTE);

  test('the fix goes all the way', async () => {
    await page.goto(at('/'));
    await page.getByRole('button', { name: 'Release the fix', disabled: false }).click({ timeout: 2 * MINUTE });
    await page.waitForURL(/\/(rollouts|pipelines)\//);
    await page.goto(at('/rollouts/shop/payments.prod'));
    await eventually('the fix is promoted', 4 * MINUTE, async () => ((await title(/serves all requests of payments in prod/).count()) > 0 && (await page.getByText(/^attempt [3-9]$/).count()) > 0 ? true : undefined));
    expect(await axe(page)).toEqual([]);
  }, 7 * MINUTE);

  test('a service made by the form answers, and its pipeline\'s log is there to read', async () => {
    await page.goto(at('/new'));
    await page.getByLabel('Name').fill('parcels');
    await page.getByRole('region', { name: 'score.yaml' }).getByText('name: parcels').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the service' }).click();
    await title(/^parcels (answers|reached production)/).waitFor({ timeout: MINUTE });
    expect(await axe(page)).toEqual([]);
    const url = new URL((await page.getByRole('link', { name: /^http:\/\/parcels\./ }).getAttribute('href')) ?? '');
    expect(await ask(platform.ready.edgeUrl, url.hostname, '/')).toMatchObject({ status: 200 });

    await page.goto(at('/pipelines'));
    await page.getByRole('row', { name: /parcels/ }).getByRole('link').first().click();
    await page.waitForURL(/\/pipelines\/[^/]+\/parcels-/);
    await page.getByRole('log').getByText(/\S{3,}/).first().waitFor();
    expect(await axe(page)).toEqual([]);
  }, 3 * MINUTE);

  test('an environment is changed in the form, a change of somebody else meanwhile is never overwritten', async () => {
    await page.goto(at('/environments/prod'));
    await title(/^prod takes every release from dev by itself$/).waitFor();
    await page.getByLabel('What it is for').fill('Serves customers');
    await page.getByLabel('Samples needed').first().fill('25');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Serves customers').first().waitFor();
    await page.getByText('Nothing yet. The fields hold what is kept now.').waitFor();
    const environment = async () => JSON.parse((await run(process.execPath, [PROGRAM, '--data-dir', dataDir, 'get', 'environment', 'prod', '--json'], { timeout: MINUTE })).stdout) as { metadata: { annotations?: Record<string, string> }; spec: { strategy: { background: { checks: { minSamples: number }[] } } } };
    expect(await environment()).toMatchObject({ metadata: { annotations: { 'kubernetes.io/description': 'Serves customers' } }, spec: { strategy: { background: { checks: [{ minSamples: 25 }, { minSamples: 20 }] } } } });

    await page.getByLabel('Samples needed').first().fill('30');
    const file = join(dataDir, 'other.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Environment', metadata: { name: 'prod', annotations: { 'example.com/ticket': 'OPS-12' } }, spec: { order: 2 } }));
    await run(process.execPath, [PROGRAM, '--data-dir', dataDir, 'apply', '--force', '-f', file], { timeout: MINUTE });
    await page.getByText('Somebody changed this environment since you began').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody changed it meanwhile.').waitFor();
    expect((await environment()).spec.strategy.background.checks[0]?.minSamples).toBe(25);
    await page.getByRole('button', { name: 'Discard' }).click();
    complaints.splice(0);
  }, 3 * MINUTE);

  test('who may only read sees the settings, and why they cannot be changed', async () => {
    const cli = (...words: string[]) => run(process.execPath, [PROGRAM, '--data-dir', dataDir, ...words], { timeout: MINUTE });
    const file = join(dataDir, 'grant.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name: 'vera', namespace: 'shop' }, spec: { role: 'viewer', subjects: ['user:vera'] } }));
    await cli('apply', '-f', file);
    const token = (await cli('token', 'create', 'vera', '--subject', 'user:vera')).stdout.trim();
    const other = await (await browser.newContext()).newPage();
    await other.goto(at('/login'));
    await other.getByRole('textbox').fill(token);
    await other.keyboard.press('Enter');
    await other.waitForURL(at('/'));
    await other.goto(at('/environments/prod'));
    await other.getByText('Environments are changed by platform admins; vera may only read them.').first().waitFor();
    expect(await other.getByLabel('What it is for').isDisabled()).toBe(true);
    expect(await axe(other)).toEqual([]);
    // What the admin changes shows to the reader at once: his stream watches his team and the environments.
    await writeFile(file, JSON.stringify({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Environment', metadata: { name: 'prod', annotations: { 'kubernetes.io/description': 'Serves everybody' } }, spec: { order: 2 } }));
    await cli('apply', '--force', '-f', file);
    await expect.poll(() => other.getByLabel('What it is for').inputValue(), { timeout: 20_000 }).toBe('Serves everybody');
    expect(await other.getByText(/Live updates are interrupted/).count()).toBe(0);
    await other.context().close();
  }, 2 * MINUTE);

  test('the audit record is verified in the browser', async () => {
    await page.goto(at('/audit'));
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await title(/The record is whole: [\d,]+ rows checked/).waitFor();
    expect(await axe(page)).toEqual([]);
  }, MINUTE);

  test.each([
    ['/', /need|healthy|way|wait/i], ['/catalog', /components, all owned/], ['/catalog/component/shop/checkout', /checkout belongs to payments-team/], ['/services/shop/payments', /payments is/],
    ['/pipelines', /repositories build/], ['/environments', /production/i], ['/environments/prod', /^prod takes/], ['/delivery', /in seven days/], ['/rollouts/shop/payments.prod', /serves all requests/], ['/audit', /Every write/], ['/new', /Start a service/],
  ])('%s is readable in the dark and on a narrow screen', async (path, heading) => {
    await page.goto(at(path));
    await title(heading).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await excessWidth(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }, MINUTE);

  test('what depends on what is drawn, and said in a table', async () => {
    await page.goto(at('/catalog'));
    const map = page.getByRole('region', { name: 'Service map' });
    await map.getByRole('link', { name: /^checkout/ }).waitFor();
    await map.getByText('Data', { exact: true }).click();
    await map.getByRole('row', { name: /checkout depends on payments/ }).waitFor();
    await map.getByRole('link', { name: /^checkout/ }).click();
    await page.waitForURL(/\/catalog\/component\/shop\/checkout/);
  }, MINUTE);

  test('the palette goes from anywhere to a service', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('storefront');
    await page.getByRole('option', { name: /storefront.*service/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/storefront/);
  }, MINUTE);

  test('`roadbed open` hands out a fresh link that signs another browser in', async () => {
    const { stdout } = await run(process.execPath, [PROGRAM, '--data-dir', dataDir, 'open', '--json'], { timeout: MINUTE });
    const { url } = JSON.parse(stdout) as { url: string };
    const other = await (await browser.newContext()).newPage();
    await other.goto(url);
    await other.waitForURL(at('/'));
    await other.getByRole('button', { name: 'Sign out' }).waitFor();
    await other.context().close();
  }, 2 * MINUTE);

  test('Git and webhooks are refused under a foreign host name, as the pages are', async () => {
    for (const path of ['/', '/git/shop/payments.git/info/refs?service=git-upload-pack', '/hooks/shop/payments']) {
      expect(await ask(platform.ready.consoleUrl, 'rebound.example', path), path).toMatchObject({ status: 403 });
    }
    expect(await ask(platform.ready.consoleUrl, new URL(platform.ready.consoleUrl).host, '/git/shop/payments.git/info/refs?service=git-upload-pack')).toMatchObject({ status: 401 });
  });

  test('when the control plane dies the page stays, says how old it is, and goes on by itself when it is back', async () => {
    await page.goto(at('/'));
    await title(/need|healthy|way|wait/i).waitFor();
    await page.evaluate('window.beforeTheCrash = true');
    await platform.kill();
    await page.getByText(/Live updates are interrupted.* old/).waitFor({ timeout: 20_000 });
    await page.getByRole('link', { name: 'payments', exact: true }).waitFor();
    platform = await startPlatform(dataDir, flags);
    await page.getByText(/Live updates are interrupted/).waitFor({ state: 'detached', timeout: MINUTE });
    await page.getByText('This could not be read again').waitFor({ state: 'detached', timeout: MINUTE });
    expect(await page.evaluate('window.beforeTheCrash')).toBe(true);
    // What was lost on the way is no fault: nothing but failed requests.
    expect(complaints.splice(0).filter((complaint) => !complaint.includes('Failed to load resource'))).toEqual([]);
  }, 3 * MINUTE);
});

describe.skipIf(browserPath === undefined)('the console of an empty platform', () => {
  let dataDir: string;
  let platform: Platform;
  let browser: Browser;

  beforeAll(async () => {
    dataDir = temporaryFolder();
    [platform, browser] = await Promise.all([startPlatform(dataDir), launchBrowser()]);
  }, 3 * MINUTE);
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await (platform as Platform | undefined)?.stop();
    purge(dataDir);
  }, 2 * MINUTE);

  test('every page says what it would show and how to begin', async () => {
    const page = await (await browser.newContext()).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' ? complaints.push(message.text()) : 0));
    await page.goto(platform.ready.loginUrl ?? '');
    await page.waitForURL(`${platform.ready.consoleUrl}/`);
    for (const [path, text] of [['/', 'No service is connected yet'], ['/catalog', 'No repository describes anything yet'], ['/pipelines', 'Nothing was pushed yet'], ['/environments', 'No service runs in any environment yet'], ['/new', 'Start a service'], ['/audit', 'Every write']] as const) {
      await page.goto(platform.ready.consoleUrl + path);
      await page.getByText(text).first().waitFor();
      expect(await axe(page), path).toEqual([]);
    }
    expect(complaints).toEqual([]);
  }, 2 * MINUTE);
});
