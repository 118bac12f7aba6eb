/**
 * SVG to PNG with resvg, compiled to WebAssembly: no program, no browser and no font of the machine is
 * needed. Its 2.4 MB and the fonts are loaded when the first picture is asked for.
 *
 * The text is set in Inter, which comes with the package for Latin, Greek and Cyrillic letters; others
 * are shown as an empty box. The same SVG gives the same bytes on every machine.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { openType } from './woff.ts';

export interface PngOptions {
  /** Pixels of the picture for one pixel of the drawing; 2 by default, less when the picture would get too large. */
  scale?: number;
}

const require = createRequire(import.meta.url);
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic'];
const WEIGHTS = [400, 600];
const PIXELS_MAXIMUM = 24_000_000;
const SCALE_MINIMUM = 0.1;
const SVG_MAXIMUM = 64 * 1024 * 1024;

interface Renderer {
  Resvg: typeof import('@resvg/resvg-wasm').Resvg;
  fonts: Uint8Array[];
}

let renderer: Promise<Renderer> | undefined;

async function load(): Promise<Renderer> {
  const module = await import('@resvg/resvg-wasm');
  await module.initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const folder = join(dirname(require.resolve('@fontsource/inter/package.json')), 'files');
  const faces = SUBSETS.flatMap((subset) => WEIGHTS.map((weight) => ({ file: `inter-${subset}-${weight}-normal.woff`, weight })));
  const fonts = await Promise.all(faces.map(async ({ file, weight }) => new Uint8Array(openType(await readFile(join(folder, file)), { family: 'Inter', weight }))));
  return { Resvg: module.Resvg, fonts };
}

function notInstalled(cause: unknown): PlatformError {
  return new PlatformError({
    code: 'ROADBED-6602', class: 'unavailable', message: 'PNG pictures cannot be written: the renderer is not installed.',
    why: cause instanceof Error ? cause.message.split('\n')[0] ?? '' : String(cause),
    next: 'Install it with `npm install @resvg/resvg-wasm @fontsource/inter`, or write `--format svg`.', cause,
  });
}

function tooLarge(why: string): PlatformError {
  return new PlatformError({
    code: 'ROADBED-6603', class: 'refused', message: 'The diagram cannot be written as PNG.', why,
    next: 'Write `--format svg` or `--format html`, or draw a part: one module or one network.',
  });
}

function scaleFor(svg: string, wanted: number): number {
  const size = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  const pixels = Number(size?.[1]) * Number(size?.[2]);
  if (!Number.isFinite(pixels) || pixels <= 0) throw tooLarge('the drawing has no width and height.');
  const scale = Math.min(wanted, Math.sqrt(PIXELS_MAXIMUM / pixels));
  if (scale < SCALE_MINIMUM) throw tooLarge(`${Math.round(pixels / 1e6)} million pixels are more than can be read at a size that fits ${PIXELS_MAXIMUM / 1e6} million.`);
  return scale;
}

/**
 * The PNG of an SVG that our drawing wrote (in a fixed theme).
 *
 * Throws: ROADBED-6602 without the renderer, ROADBED-6603 when the picture is too large or not drawable.
 */
export async function svgToPng(svg: string, options: PngOptions = {}): Promise<Buffer> {
  if (svg.length > SVG_MAXIMUM) throw tooLarge(`the drawing is longer than ${SVG_MAXIMUM / 1024 / 1024} MiB.`);
  const scale = scaleFor(svg, Math.min(4, Math.max(0.25, options.scale ?? 2)));
  renderer ??= load();
  const { Resvg, fonts } = await renderer.catch((cause: unknown) => {
    renderer = undefined;
    throw notInstalled(cause);
  });
  try {
    const picture = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { fontBuffers: fonts, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' } });
    try {
      const image = picture.render();
      const bytes = Buffer.from(image.asPng());
      image.free();
      return bytes;
    } finally {
      picture.free();
    }
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw tooLarge(cause instanceof Error ? cause.message : String(cause));
  }
}
