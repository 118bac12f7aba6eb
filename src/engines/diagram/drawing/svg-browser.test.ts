/** Drawings in a real browser: its XML parser takes any text, and its fonts stay on the cards. */
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, launchBrowser } from '../../../../test/testing/browser.ts';
import { drawDrawio } from './drawio.ts';
import { drawSvg } from './svg.ts';
import { arbitraryDiagram, hostileText } from './testing/arbitrary-diagrams.ts';
import { awsPlan, azure, google } from './testing/sample-diagrams.ts';

describe.skipIf(browserPath === undefined)('a drawing in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  test('is parsed as XML for any text', async () => {
    const page = await browser.newPage();
    const documents = fc.sample(arbitraryDiagram({ text: hostileText }), 60).flatMap((diagram) => [drawSvg(diagram), drawDrawio({ diagrams: [diagram] })]);
    const failures = await page.evaluate((texts) => {
      const Parser = (globalThis as unknown as { DOMParser: new () => { parseFromString(text: string, type: string): { querySelector(name: string): { textContent: string } | null } } }).DOMParser;
      return texts.flatMap((text) => new Parser().parseFromString(text, 'application/xml').querySelector('parsererror')?.textContent ?? []);
    }, documents);
    expect(failures).toEqual([]);
    await page.close();
  });

  test.each(['DejaVu Sans', 'Liberation Sans', 'serif'])('keeps its texts on their cards in %s', async (font) => {
    const page = await browser.newPage();
    for (const diagram of [awsPlan(), google(), azure()]) {
      await page.setContent(`<style>svg text{font-family:"${font}"!important}</style>${drawSvg(diagram)}`);
      const outside = await page.evaluate(`[...document.querySelectorAll('.node')].flatMap((node) => {
        const card = [...node.querySelectorAll('rect.card')].at(-1).getBoundingClientRect();
        return [...node.querySelectorAll('text.ink, text.muted')].filter((text) => text.closest('.badge') === null && text.getBoundingClientRect().right > card.right + 1).map((text) => text.textContent);
      })`);
      expect(outside, diagram.title).toEqual([]);
    }
    await page.close();
  });

  test('is dark where the reader wants it dark, also as a picture of a page', async () => {
    const picture = `data:image/svg+xml;base64,${Buffer.from(drawSvg(azure())).toString('base64')}`;
    const corner = async (colorScheme: 'light' | 'dark'): Promise<unknown> => {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      await page.setContent(`<img src="${picture}"><canvas></canvas>`);
      const colour = await page.evaluate(`new Promise((resolve) => {
        const image = document.querySelector('img');
        const read = () => { const pen = document.querySelector('canvas').getContext('2d'); pen.drawImage(image, 0, 0); resolve([...pen.getImageData(2, 2, 1, 1).data]); };
        if (image.complete) read(); else image.onload = read;
      })`);
      await context.close();
      return colour;
    };
    expect(await corner('light')).toEqual([255, 255, 255, 255]);
    expect(await corner('dark')).toEqual([14, 19, 26, 255]);
  });
});
