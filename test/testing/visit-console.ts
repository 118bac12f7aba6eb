/**
 * The console over a fleet in memory, visited by a real browser: what suites of pages share.
 *
 * Every test ends with no complaint of the browser (an error, a breach of the content security policy)
 * and nothing in the server's log.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startTestConsole } from '../../src/api/console/testing/start-console.ts';
import type { TestConsole } from '../../src/api/console/testing/start-console.ts';
import { launchBrowser } from './browser.ts';
import { WEB_ROOT, buildPages } from './web-pages.ts';

export interface ConsoleVisits {
  readonly browser: Browser;
  readonly running: TestConsole;
  /** Closed after each test. */
  readonly contexts: BrowserContext[];
  /** For a test that provokes what the browser complains about. */
  forgiveComplaints(): void;
  /** A signed-in page. */
  open(options?: Parameters<Browser['newContext']>[0], at?: TestConsole): Promise<Page>;
  /** Goes to a path and waits for its title. */
  show(page: Page, path: string, title: RegExp): Promise<void>;
}

/** To be called within a `describe`: builds the pages, starts console and browser before it, and ends both after it. */
export function visitConsole(): ConsoleVisits {
  let browser: Browser;
  let running: TestConsole;
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    buildPages();
    running = await startTestConsole({ webRoot: WEB_ROOT });
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints.splice(0), 'what the browser complained about').toEqual([]);
    expect(running.log).toEqual([]);
  });

  return {
    get browser() {
      return browser;
    },
    get running() {
      return running;
    },
    contexts,
    forgiveComplaints() {
      complaints.length = 0;
    },
    async open(options = {}, at = running) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content Security Policy|React|Uncaught/.test(message.text())) complaints.push(message.text());
      });
      await page.goto(await at.loginLink());
      await page.waitForURL(`${at.url}/`);
      return page;
    },
    async show(page, path, title) {
      await page.goto(running.url + path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    },
  };
}
