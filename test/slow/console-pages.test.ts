/** Every page of the console in both themes and on a narrow screen: its title answers its question, axe finds nothing, nothing sticks out. */
import { describe, expect, test } from 'vitest';
import { axe, browserPath, excessWidth } from '../testing/browser.ts';
import { visitConsole } from '../testing/visit-console.ts';

const PAGES: [string, string, RegExp][] = [
  ['Home', '/', /needs? you now/],
  ['Catalog', '/catalog', /all owned/],
  ['Entity', '/catalog/component/shop/payments', /belongs to payments-team/],
  ['Service', '/services/shop/checkout', /checkout is rolling out in prod/],
  ['Pipelines', '/pipelines', /storefront is broken/],
  ['Pipeline run', '/pipelines/shop/storefront-run-41', /failed at "test"/],
  ['Rollout that was returned', '/rollouts/shop/payments.prod', /was rolled back: 11.8.% of 240 requests failed/],
  ['Rollout on its way', '/rollouts/shop/checkout.prod', /has 25.% of the traffic/],
  ['New service', '/new', /Start a service/],
  ['Environments', '/environments', /behind in production/],
  ['Environment', '/environments/prod', /prod takes a release from dev when a person says so/],
  ['Cost', '/cost', /spent in .* so far/],
  ['Cost as charged', '/cost?source=bill&by=team&days=90', /charged in .* so far/],
  ['Delivery metrics', '/delivery', /in seven days/],
  ['Audit', '/audit', /Every write/],
];

describe.skipIf(browserPath === undefined)('pages of the console', { timeout: 240_000 }, () => {
  const { open, show } = visitConsole();

  test.each(PAGES)('%s answers its question in the title, axe is clean in both themes, nothing sticks out at 360 px', async (_name, path, title) => {
    const page = await open({ colorScheme: 'light', viewport: { width: 1280, height: 900 } });
    await show(page, path, title);
    expect(await axe(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await excessWidth(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
  });
});
