import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csv } from './csv.ts';

const COLUMNS = [{ label: 'Name', value: (row: { name: string; share?: number }) => row.name }, { label: 'Share', value: (row: { name: string; share?: number }) => row.share }];

/** A reader of RFC 4180, to hold the writer to. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const rest = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/gy;
  for (const [, quoted = '', end] of text.matchAll(rest)) {
    row.push(quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted);
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test('every text comes back as it was, whatever quotes, commas and line ends it has', () => {
  fc.assert(
    fc.property(fc.array(fc.string().filter((name) => !/^[=+\-@\t\r]/.test(name))), (names) => {
      expect(read(csv(COLUMNS, names.map((name) => ({ name }))))).toEqual([['Name', 'Share'], ...names.map((name) => [name, ''])]);
    }),
  );
});

test('a text that a spreadsheet would run is written as text', () => {
  for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx']) expect(read(csv(COLUMNS, [{ name }]))[1]).toEqual([`'${name}`, '']);
});

test('a number stays a number, also a negative one, and what is unknown stays empty', () => {
  expect(csv(COLUMNS, [{ name: 'a', share: -0.5 }, { name: 'b' }])).toBe('Name,Share\r\na,-0.5\r\nb,\r\n');
});
