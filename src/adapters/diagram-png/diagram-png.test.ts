import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { svgToPng } from './diagram-png.ts';
import { openType } from './woff.ts';

const drawing = (text: string, width = 200, height = 60): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><style>.page{fill:#ffffff}.ink{fill:#000000}.bold{font-weight:600}</style><rect class="page" width="${width}" height="${height}"/>${text}</svg>`;

function size(png: Buffer): { width: number; height: number } {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Sum of darkness over the picture: how much ink there is. */
function ink(png: Buffer): number {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(data));
  const { width, height } = size(png);
  const stride = width * 4 + 1;
  const before = Buffer.alloc(stride - 1);
  let sum = 0;
  for (let row = 0; row < height; row++) {
    const filter = raw[row * stride] ?? 0;
    const line = raw.subarray(row * stride + 1, (row + 1) * stride);
    for (let index = 0; index < line.length; index++) {
      const left = index >= 4 ? (line[index - 4] ?? 0) : 0;
      const up = before[index] ?? 0;
      const corner = index >= 4 ? (before[index - 4] ?? 0) : 0;
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const added = [0, left, up, (left + up) >> 1, paeth][filter] ?? 0;
      line[index] = ((line[index] ?? 0) + added) & 0xff;
      if (index % 4 === 0) sum += 255 - (line[index] ?? 0);
    }
    line.copy(before);
  }
  return sum;
}

test('draws text without a font of the machine, bold text darker', { timeout: 60_000 }, async () => {
  const empty = await svgToPng(drawing(''));
  const regular = await svgToPng(drawing('<text x="10" y="30" class="ink" font-size="16">Roadbed</text>'));
  const bold = await svgToPng(drawing('<text x="10" y="30" class="ink bold" font-size="16">Roadbed</text>'));
  const greek = await svgToPng(drawing('<text x="10" y="30" class="ink" font-size="16">Ροή</text>'));
  expect(size(regular)).toEqual({ width: 400, height: 120 });
  expect(ink(empty)).toBe(0);
  expect(ink(regular)).toBeGreaterThan(10_000);
  expect(ink(bold)).toBeGreaterThan(ink(regular) * 1.05);
  expect(ink(greek)).toBeGreaterThan(3_000);
});

test('gives the same bytes for the same drawing', { timeout: 60_000 }, async () => {
  const svg = drawing('<text x="10" y="30" class="ink" font-size="16">Same</text>');
  expect((await svgToPng(svg)).equals(await svgToPng(svg))).toBe(true);
});

test('draws a large picture smaller, and refuses one that nobody could read', { timeout: 60_000 }, async () => {
  const { width, height } = size(await svgToPng(drawing('', 12_000, 8_000), { scale: 1 }));
  expect(width * height).toBeLessThan(12_000 * 8_000);
  expect(width / height).toBeCloseTo(1.5, 2);
  await expect(svgToPng(drawing('', 200_000, 100_000))).rejects.toMatchObject({ code: 'ROADBED-6603' });
  await expect(svgToPng('not a drawing')).rejects.toMatchObject({ code: 'ROADBED-6603' });
});

test('refuses a font that is none, or that ends too early', () => {
  const face = { family: 'Inter', weight: 400 };
  expect(() => openType(Buffer.from('OTTO'), face)).toThrow(RangeError);
  const cut = Buffer.alloc(64);
  cut.writeUInt32BE(0x774f4646, 0);
  cut.writeUInt16BE(1, 12);
  cut.writeUInt32BE(1000, 48);
  expect(() => openType(cut, face)).toThrow('outside');
});
