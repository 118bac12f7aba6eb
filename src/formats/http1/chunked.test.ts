import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkedBody } from './chunked.ts';

interface Chunk {
  data: string;
  extension: string;
  upper: boolean;
}

const chunk: fc.Arbitrary<Chunk> = fc.record({ data: fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), extension: fc.constantFrom('', ';a', ';a="b c"'), upper: fc.boolean() });

function encode(chunks: Chunk[], trailers: string[]): string {
  const size = ({ data, upper }: Chunk): string => (upper ? data.length.toString(16).toUpperCase() : data.length.toString(16));
  return `${chunks.map((one) => `${size(one)}${one.extension}\r\n${one.data}\r\n`).join('')}0\r\n${trailers.map((trailer) => `X-T: ${trailer}\r\n`).join('')}\r\n`;
}

test('a chunked body ends where it ends and gives its data back, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), fc.array(fc.string({ maxLength: 10, unit: fc.constantFrom('a', ' ', 'é') }), { maxLength: 3 }), fc.array(fc.nat(), { maxLength: 8 }), (chunks, trailers, cuts) => {
      const text = encode(chunks, trailers);
      const bytes = Buffer.from(`${text}GET / HTTP/1.1\r\n`, 'latin1');
      const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((one, other) => one - other), bytes.length];
      const body = new ChunkedBody();
      let data = '';
      let used = 0;
      for (let index = 1; index < places.length && !body.done; index += 1) {
        const [from = 0, to = 0] = [places[index - 1], places[index]];
        const end = body.scan(bytes, from, to, (start, stop) => (data += bytes.toString('latin1', start, stop)));
        expect(end).toBeGreaterThanOrEqual(from);
        used = end;
      }
      expect(body.done).toBe(true);
      expect(used).toBe(text.length);
      expect(data).toBe(chunks.map((one) => one.data).join(''));
    }),
    { numRuns: 2_000 },
  );
});

test('a body is used again after a reset', () => {
  const body = new ChunkedBody();
  const bytes = Buffer.from('3\r\nabc\r\n0\r\n\r\n');
  expect(body.scan(bytes, 0, bytes.length)).toBe(bytes.length);
  body.reset();
  expect(body.done).toBe(false);
  expect(body.scan(bytes, 0, bytes.length)).toBe(bytes.length);
});
