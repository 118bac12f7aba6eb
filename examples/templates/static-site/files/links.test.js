import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const site = join(import.meta.dirname, 'public');
const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith('.html'));

test('there is a page to begin with', () => {
  assert.ok(pages.includes('index.html'));
});

test('every link inside the site leads somewhere', () => {
  for (const page of pages) {
    const html = readFileSync(join(site, page), 'utf8');
    for (const [, target] of html.matchAll(/(?:href|src)="([^"#:?]+)["#?]/g)) {
      const file = target.startsWith('/') ? join(site, target) : join(site, dirname(page), target);
      assert.ok(existsSync(file), `${page} links to ${target}`);
    }
  }
});
