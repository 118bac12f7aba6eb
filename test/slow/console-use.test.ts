/**
 * The console in a real browser: signing in, what is refused, the keyboard, live changes, a lost stream.
 * The fleet behind it is in memory; the pages, the server and the browser are the real ones. Every page in
 * both themes and on a narrow screen: console-pages.test.ts.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startTestConsole } from '../../src/api/console/testing/start-console.ts';
import { axe, browserPath } from '../testing/browser.ts';
import { visitConsole } from '../testing/visit-console.ts';
import { WEB_ROOT } from '../testing/web-pages.ts';

describe.skipIf(browserPath === undefined)('the console', { timeout: 240_000 }, () => {
  const visits = visitConsole();
  const { open, show } = visits;

  test('a login link signs in once, and opening it without posting spends nothing', async () => {
    const link = await visits.running.loginLink();
    const prefetched = await fetch(link);
    expect(prefetched.status).toBe(200);
    const context = await visits.browser.newContext();
    visits.contexts.push(context);
    const page = await context.newPage();
    await page.goto(link);
    await page.waitForURL(`${visits.running.url}/`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.name).toMatch(/^roadbed_session_\d+$/);

    const other = await (await visits.browser.newContext()).newPage();
    visits.contexts.push(other.context());
    await other.goto(link);
    await other.getByRole('alert').waitFor();
    expect(await other.getByRole('alert').textContent()).toMatch(/used already/);
  });

  test('signing out ends the session for good, and the page says how to come back', async () => {
    const page = await open();
    const [cookie] = await page.context().cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${visits.running.url}/login`);
    const answer = await fetch(`${visits.running.url}/roadbed/v1/session`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } });
    expect(answer.status).toBe(401);
    await page.goto(visits.running.url);
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('the palette finds a service by keyboard, offers the page\'s actions, and Escape gives the focus back', async () => {
    const page = await open();
    await show(page, '/services/shop/cart', /cart is healthy/);
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /Promote cart to prod/ }).waitFor();
    await page.keyboard.type('payments serv');
    await page.getByRole('option', { name: /payments.*service/ }).first().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/services\/shop\/payments/);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').waitFor({ state: 'detached' });
  });

  test('chords go to pages, / searches, j and k walk over rows, ? shows the keys, the first Tab offers to skip', async () => {
    const page = await open();
    await page.getByRole('heading', { level: 1, name: /need/ }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(/\/catalog$/);
    await page.getByRole('heading', { level: 1, name: /owned/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('checkout');
    await page.waitForURL(/q=checkout/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('checkout');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/catalog\/component\/shop\/checkout/);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('a filter that hides everything says so and can be cleared', async () => {
    const page = await open();
    await show(page, '/catalog?q=nothing-is-called-this', /owned/);
    await page.getByText('No entity matches the filter').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('link', { name: 'checkout', exact: true }).first().waitFor();
  });

  test('a number opens what it was counted from, and leads to the rows', async () => {
    const page = await open();
    await page.getByRole('heading', { level: 1, name: /need/ }).waitFor();
    await page.getByRole('button', { name: /Failed requests, payments in prod/ }).click();
    const evidence = page.getByRole('dialog', { name: 'Failed requests, payments in prod' });
    await evidence.getByText(/^[\d,]+ of [\d,]+ requests?$/).waitFor();
    expect(await axe(page)).toEqual([]);
    await evidence.getByRole('link', { name: 'Over time' }).click();
    await page.waitForURL(/\/services\/shop\/payments\?environment=prod#traffic$/);
    await page.goto(visits.running.url);
    await page.getByRole('link', { name: /^\d+ returned$/ }).click();
    await page.waitForURL(/\/delivery\?outcome=returned$/);
  });

  test('a list is saved as CSV with every value whole, a chart as a picture that needs nothing else', async () => {
    const page = await open();
    await show(page, '/catalog?q=payments', /owned/);
    const [list] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /rows? of catalog as CSV/ }).click()]);
    expect(list.suggestedFilename()).toBe('roadbed-catalog.csv');
    const lines = (await readFile(await list.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^kind,team,name,/);
    expect(lines.some((line) => line.startsWith('Component,shop,payments,'))).toBe(true);
    expect(lines.some((line) => line.startsWith('Component,shop,cart,'))).toBe(false);
    await show(page, '/rollouts/shop/payments.prod', /was rolled back/);
    for (const name of ['SVG of traffic split', /^SVG of Failed requests/]) {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      const drawn = await readFile(await saved.path(), 'utf8');
      expect(drawn).toMatch(/^<svg[^>]* width="\d+" height="\d+"/);
      expect(drawn).not.toMatch(/class=|var\(|<script|href=/);
      expect(await page.evaluate(`new DOMParser().parseFromString(${JSON.stringify(drawn)}, 'image/svg+xml').querySelector('parsererror')`)).toBeNull();
    }
  });

  test('a wrong field of an environment is named, and nothing can be saved until it is right', async () => {
    const page = await open();
    await show(page, '/environments/prod', /^prod takes/);
    const save = page.getByRole('button', { name: 'Save', exact: true });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Step 1: share of the traffic, %').fill('101');
    await page.getByText('A whole number from 0 to 100.').waitFor();
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Step 1: share of the traffic, %').fill('7');
    await page.getByRole('region', { name: 'What will change' }).getByText('strategy.steps[0].setWeight').waitFor();
    expect(await save.getAttribute('aria-disabled')).toBe('false');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByLabel('Step 1: share of the traffic, %').inputValue()).toBe('5');
  });

  test('on a narrow screen a row is a card whose cells say what they are', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } });
    await show(page, '/catalog', /owned/);
    await page.getByRole('row', { name: /^checkout/ }).first().waitFor();
    expect(await page.evaluate("getComputedStyle(document.querySelector('main tbody tr td:nth-child(3)'), '::before').content")).toBe('"Owner"');
    expect(await page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('[role=group][aria-label=Catalog]'))")).toBe(0);
  });

  test('lifting a hold asks for a reason, keeps it, and the page follows without reload', async () => {
    const page = await open();
    await show(page, '/rollouts/shop/payments.prod', /was rolled back/);
    await page.getByRole('button', { name: 'Lift the hold' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await axe(page)).toEqual([]);
    const lift = dialog.getByRole('button', { name: 'Lift the hold' });
    expect(await lift.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Why').fill('the gateway was at fault, it is repaired');
    await lift.click();
    await page.getByText('is held in prod').waitFor({ state: 'detached' });
    expect(visits.running.operations.calls.at(-1)).toMatchObject({ name: 'liftHold', subject: 'user:mara', args: { namespace: 'shop', reason: 'the gateway was at fault, it is repaired' } });
  });

  test('what another person changes shows without reload', async () => {
    const page = await open();
    await show(page, '/rollouts/shop/catalog.prod', /waits for a person/);
    await visits.running.operations.resume({ issuer: 'roadbed', subject: 'user:lena' }, { namespace: 'shop', service: 'catalog', environment: 'prod' });
    await page.getByRole('heading', { level: 1, name: /was promoted by a person/ }).waitFor();
  });

  test('every tab of the receipt opens its evidence, and a number opens its rows', async () => {
    const page = await open();
    await show(page, '/rollouts/shop/payments.prod', /was rolled back/);
    await page.getByRole('cell', { name: /successRate\(service="payments"/ }).first().waitFor();
    for (const tab of ['The return', /log rows/, /CDEvents/, 'Delivery metrics']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await axe(page)).toEqual([]);
    }
    await page.getByRole('button', { name: /Change fail rate/ }).click();
    await page.getByText('failed, returned by the platform').waitFor();
    expect(page.url()).toContain('evidence=metrics');
  });

  test('an earlier attempt opens with its own verdict, and offers no action', async () => {
    const page = await open();
    await show(page, '/rollouts/shop/payments.prod', /was rolled back/);
    await page.getByRole('img', { name: /had 25 % before its traffic went back/ }).waitFor();
    await page.getByRole('link', { name: 'Attempt 11' }).click();
    await page.getByRole('heading', { level: 1, name: /serves all requests of payments in prod/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Roll back' }).count()).toBe(0);
    expect(await page.getByText('is held in prod').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show the newest attempt' }).click();
    await page.getByRole('heading', { level: 1, name: /was rolled back/ }).waitFor();
  });

  test('the service map marks what nothing describes, and says the same in a table', async () => {
    const page = await open();
    await show(page, '/catalog/component/shop/payments', /belongs to payments-team/);
    const map = page.getByRole('region', { name: 'Dependencies' });
    expect(await map.locator('[data-missing]').allTextContents()).toEqual(['fraud-check not in the catalog']);
    await map.getByText('Data', { exact: true }).click();
    await map.getByRole('row', { name: /payments depends on fraud-check Not in the catalog/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    await map.getByRole('link', { name: /^checkout/ }).click();
    await page.waitForURL(/\/catalog\/component\/shop\/checkout/);
  });

  test('a lost stream is told with the age of what is shown, and comes back by itself, also past a control plane that is still starting', async () => {
    const own = await startTestConsole({ webRoot: WEB_ROOT });
    const page = await open({}, own);
    await page.getByRole('heading', { level: 1, name: /need/ }).waitFor();
    const port = Number(new URL(own.url).port);
    await own.stop();
    await page.getByText(/Live updates are interrupted/).waitFor();
    await page.getByRole('link', { name: 'storefront' }).first().waitFor();
    const starting = createServer((_request, response) => response.writeHead(503).end()).listen(port, '127.0.0.1');
    await new Promise<void>((done) => starting.once('request', () => done()));
    await page.waitForResponse((response) => response.url().endsWith('/stream') && response.status() === 503);
    starting.closeAllConnections();
    await new Promise((done) => starting.close(done));
    const again = await startTestConsole({ webRoot: WEB_ROOT, port });
    // Its memory is new, so nobody is signed in there any more.
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await again.stop();
    visits.forgiveComplaints();
  });

  test('a disabled action explains itself', async () => {
    const page = await open();
    await show(page, '/services/shop/storefront', /storefront/);
    const promote = page.getByRole('button', { name: 'Promote' }).last();
    expect(await promote.getAttribute('aria-disabled')).toBe('true');
    await promote.focus();
    await page.getByText(/No newer release is verified in dev/).first().waitFor();
  });

  test('the theme switch overrules the system and is remembered', async () => {
    const page = await open({ colorScheme: 'light' });
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
  });

  test('a new service shows its files before it is made, and then its way', async () => {
    const page = await open();
    await show(page, '/new', /Start a service/);
    await page.getByLabel('Name').fill('Parcel_Tracking');
    await page.getByText(/Begin with a letter/).waitFor();
    await page.getByLabel('Name').fill('parcel-tracking');
    await page.getByRole('region', { name: 'score.yaml' }).getByText('name: parcel-tracking').waitFor();
    await page.getByRole('button', { name: 'Make the service' }).click();
    await page.getByRole('heading', { level: 1, name: 'parcel-tracking is being made' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('with nothing connected every list says what it would show and how to begin', async () => {
    const empty = await startTestConsole({ webRoot: WEB_ROOT, empty: true });
    const page = await open({}, empty);
    for (const [path, text] of [['/', 'No service is connected yet'], ['/catalog', 'No repository describes anything yet'], ['/pipelines', 'Nothing was pushed yet'], ['/environments', 'No service runs in any environment yet'], ['/audit', 'Nothing was written yet']] as const) {
      await page.goto(empty.url + path);
      await page.getByText(text).waitFor();
      expect(await axe(page)).toEqual([]);
    }
    await empty.stop();
    visits.forgiveComplaints();
  });

  test('the first load stays under 250 kB of scripts and styles, and asks no other host', async () => {
    const context = await visits.browser.newContext();
    visits.contexts.push(context);
    const page = await context.newPage();
    const sizes: number[] = [];
    const hosts = new Set<string>();
    page.on('response', async (response) => {
      hosts.add(new URL(response.url()).host);
      if (/\.(js|css)$/.test(new URL(response.url()).pathname)) sizes.push(Number(response.headers()['content-length'] ?? 0));
    });
    await page.goto(await visits.running.loginLink());
    await page.getByRole('heading', { level: 1, name: /need/ }).waitFor();
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`console: first load ${Math.round(total / 1000)} kB of compressed scripts and styles`);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(250_000);
    expect([...hosts]).toEqual([new URL(visits.running.url).host]);
  });

  test('a page of a workload can neither read from the console, nor act through it, nor frame it', async () => {
    const workload = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>shop</title><iframe src="${visits.running.url}/"></iframe>`));
    await new Promise<void>((done) => workload.listen(0, '127.0.0.1', done));
    const page = await open();
    const before = visits.running.operations.calls.length;
    await page.goto(`http://localhost:${(workload.address() as AddressInfo).port}/`);
    const home = `${visits.running.url}/roadbed/v1/home`;
    const run = `${visits.running.url}/roadbed/v1/operations/runPipeline`;
    expect(await page.evaluate(`fetch('${home}', { credentials: 'include' }).then(() => 'read', () => 'refused')`)).toBe('refused');
    await page.evaluate(`fetch('${run}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"namespace":"shop","repository":"cart"}' }).catch(() => undefined)`);
    expect(visits.running.operations.calls.length).toBe(before);
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${visits.running.url}/`);
    const policy = (await fetch(visits.running.url, { headers: { accept: 'text/html' } })).headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    await new Promise((done) => workload.close(done));
    visits.forgiveComplaints();
  });
});
