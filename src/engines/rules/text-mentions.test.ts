import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mentionedTexts } from './reference-index.ts';
import { TextMentions, identityKey } from './text-mentions.ts';
import { HASH_START, TextTable, hashed } from './text-table.ts';

const PART = fc.stringMatching(/^[A-Za-z0-9.-]{1,9}$/);
const ID = fc.oneof(
  fc.tuple(fc.constantFrom('vol-', 'sg-', 'i-', 'my_'), fc.stringMatching(/^[0-9a-f]{4,12}$/)).map((parts) => parts.join('')),
  fc.array(PART, { minLength: 2, maxLength: 6 }).map((parts) => `arn:aws:${parts.join(':')}`),
  fc.array(PART, { minLength: 1, maxLength: 5 }).map((parts) => `/subscriptions/${parts.join('/')}`),
  fc.array(PART, { minLength: 2, maxLength: 5 }).map((parts) => parts.join('/')),
  fc.string({ unit: 'grapheme', minLength: 6, maxLength: 20 }),
);
const SCRIPT = fc.array(ID, { minLength: 1, maxLength: 3 }).map((ids) => Buffer.from(`#!/bin/sh\nattach ${ids.join(' ')} now and then again\n`).toString('base64'));

function mentioned(ids: readonly string[], text: string): Set<string> {
  const table = new TextTable();
  const names: string[] = [];
  for (const id of ids) names[table.add(identityKey(id))] = identityKey(id);
  const found = new Set<string>();
  new TextMentions(table).inText(text, (number) => found.add(names[number] ?? ''));
  return found;
}

test('the bytes of a text mention what its pieces say, and a whole text only itself', () => {
  fc.assert(fc.property(fc.uniqueArray(ID, { minLength: 1, maxLength: 6 }), fc.array(fc.oneof(ID, SCRIPT, fc.constantFrom(' ', ', ', '"', '{"a":"', '/', '_', ':', '*', 'x')), { minLength: 1, maxLength: 6 }), fc.nat(), (ids, others, pick) => {
    const text = [...others, ids[pick % ids.length], ...others].join(pick % 2 === 0 ? '' : ' ').slice(0, 2000).toWellFormed();
    const known = new Set(ids.filter((id) => id.length >= 6).map(identityKey));
    const pieces = new Set([...mentionedTexts(text)].map(identityKey));
    const expected = known.has(identityKey(text)) ? [identityKey(text)] : [...known].filter((id) => pieces.has(id));
    expect([...mentioned(ids.filter((id) => id.length >= 6), text)].sort()).toEqual(expected.sort());
  }), { numRuns: 500 });
});

/** Two texts of one hash, found by trying; whatever is put together of them has one hash as well. */
function colliding(): [string, string] {
  const seen = new Map<number, string>();
  for (let at = 0; ; at += 1) {
    const text = at.toString(36).padStart(5, '0');
    let hash = HASH_START;
    for (let place = 0; place < text.length; place += 1) hash = hashed(hash, text.charCodeAt(place));
    const other = seen.get(hash);
    if (other !== undefined) return [other, text];
    seen.set(hash, text);
  }
}

test('a table finds what was put into it and nothing else, also where a thousand texts have one hash', () => {
  const plain = Array.from({ length: 5000 }, (_, at) => `text-${at}`);
  const pair = colliding();
  const hostile = Array.from({ length: 1024 }, (_, at) => Array.from({ length: 10 }, (_one, bit) => pair[(at >> bit) & 1]).join(''));
  const table = new TextTable();
  for (const texts of [plain, hostile]) {
    const numbers = texts.map((text) => table.add(text));
    expect(new Set(numbers).size).toBe(texts.length);
    expect(texts.map((text) => table.add(text))).toEqual(numbers);
    expect(texts.map((text) => table.findText(text))).toEqual(numbers);
  }
  expect(plain.map((text) => table.findText(text))).toEqual(plain.map((_, at) => at));
  expect(table.findText('text-5000')).toBe(-1);
  expect(table.findText(`${pair[0].repeat(10)}x`)).toBe(-1);
});
