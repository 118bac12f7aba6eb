import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogLine } from '../../ports/runtime.ts';
import { LogStream } from './log-collector.ts';
import { LogJournal, readAfter, readTail } from './log-journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (text: string): LogLine => ({ at: '2026-01-01T00:00:00.000Z', stream: 'out', container: 'main', replica: 'r-0', text });
const texts = (lines: LogLine[]): string[] => lines.map((one) => one.text);

/** Follows a journal from a position to its end. */
function follow(position: string): { lines: string[]; position: string } {
  const found: string[] = [];
  for (;;) {
    const { lines, next } = readAfter(folder, position);
    if (lines.length === 0 && next === position) return { lines: found, position };
    found.push(...texts(lines));
    position = next;
  }
}

describe('the journal', () => {
  test('whoever follows it sees every line once and in order, across rotations', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 }), { maxLength: 12 }), (batches) => {
        rmSync(folder, { recursive: true, force: true });
        const journal = new LogJournal(folder, { fileBytes: 2_000, files: 1_000 });
        const seen: string[] = [];
        let position = '1:0';
        for (const batch of batches) {
          journal.append(batch.map(line));
          const step = follow(position);
          seen.push(...step.lines);
          position = step.position;
        }
        journal.close();
        expect(seen).toEqual(batches.flat());
      }),
      { numRuns: 60 },
    );
  });

  test('keeps no more files than allowed, and a position in a vanished one goes on at the oldest', () => {
    const journal = new LogJournal(folder, { fileBytes: 1_000, files: 3 });
    for (let number = 0; number < 200; number += 1) journal.append([line(`line ${number}`)]);
    journal.close();
    expect(readdirSync(folder)).toHaveLength(3);
    const { lines } = follow('1:0');
    expect(lines.at(-1)).toBe('line 199');
    expect(lines.length).toBeLessThan(60);
  });

  test('the tail reaches back over a rotation, and its position continues', () => {
    const journal = new LogJournal(folder, { fileBytes: 1_000, files: 3 });
    for (let number = 0; number < 30; number += 1) journal.append([line(`line ${number}`)]);
    const { lines, next } = readTail(folder, 15);
    expect(texts(lines)).toEqual(Array.from({ length: 15 }, (_, index) => `line ${index + 15}`));
    journal.append([line('later')]);
    expect(follow(next).lines).toEqual(['later']);
    journal.close();
  });

  test('a line that a crash cut short harms no other line', () => {
    const journal = new LogJournal(folder);
    journal.append([line('whole')]);
    journal.close();
    appendFileSync(join(folder, 'journal.1'), '{"at":"2026-01-');
    const next = new LogJournal(folder);
    next.append([line('after')]);
    next.close();
    expect(follow('1:0').lines).toEqual(['whole', 'after']);
  });

  test.each(['', 'x', '-1:5', '1:999999999999', '99:0', '1:0; rm'])('the malformed position %j does no harm', (position) => {
    const journal = new LogJournal(folder);
    journal.append([line('a')]);
    journal.close();
    expect(() => readAfter(folder, position)).not.toThrow();
  });

  test('of nothing is empty', () => {
    expect(readTail(join(folder, 'none'), 10)).toEqual({ lines: [], next: '1:0' });
    expect(readAfter(join(folder, 'none'), '1:0').lines).toEqual([]);
  });
});

describe('the collector', () => {
  const source = () => ({ path: join(folder, 'out'), stream: 'out' as const, container: 'main', replica: 'r-0' });
  let journal: LogJournal;
  beforeEach(() => {
    journal = new LogJournal(join(folder, 'journal'));
    writeFileSync(join(folder, 'out'), '');
  });
  afterEach(() => journal.close());
  const journalTexts = (): string[] => texts(readTail(join(folder, 'journal'), 100_000).lines);

  test('takes lines however the program cuts them into writes', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,30}$/), { minLength: 1, maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 40 }), (lines, cuts) => {
        writeFileSync(join(folder, 'out'), '');
        rmSync(join(folder, 'journal'), { recursive: true, force: true });
        const own = new LogJournal(join(folder, 'journal'));
        const stream = new LogStream(source(), own, [], 0);
        let rest = `${lines.join('\n')}\n`;
        for (const cut of cuts) {
          appendFileSync(join(folder, 'out'), rest.slice(0, cut));
          rest = rest.slice(cut);
          stream.collect(0);
        }
        appendFileSync(join(folder, 'out'), rest);
        stream.collect(300, true);
        own.close();
        expect(journalTexts()).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });

  test('goes on at the offset that it was given', () => {
    writeFileSync(join(folder, 'out'), 'old\nnew\n');
    new LogStream(source(), journal, [], 4).collect(0);
    expect(journalTexts()).toEqual(['new']);
  });

  test('a line without an end is shown after a while, and at the end', () => {
    const stream = new LogStream(source(), journal, [], 0);
    appendFileSync(join(folder, 'out'), 'prompt> ');
    stream.collect(10);
    expect(journalTexts()).toEqual([]);
    stream.collect(2_000);
    expect(journalTexts()).toEqual(['prompt> ']);
  });

  test('a flood is cut, counted and said, and the file is emptied', () => {
    const stream = new LogStream(source(), journal, [], 0);
    writeFileSync(join(folder, 'out'), 'x'.repeat(99).concat('\n').repeat(200_000));
    expect(stream.collect(2_000)).toBe(true);
    expect(statSync(join(folder, 'out')).size).toBe(0);
    expect(journalTexts().at(-1)).toMatch(/^roadbed: dropped 19 MB of this stream/);
  });

  test('a file that was emptied by someone else is read from its start', () => {
    const stream = new LogStream(source(), journal, [], 0);
    appendFileSync(join(folder, 'out'), 'a long first line\n');
    stream.collect(0);
    truncateSync(join(folder, 'out'), 0);
    appendFileSync(join(folder, 'out'), 'b\n');
    stream.collect(300);
    expect(journalTexts()).toEqual(['a long first line', 'b']);
  });

  test('a very long line is cut, and the tail for reasons keeps twenty lines', () => {
    const recent: string[] = [];
    const stream = new LogStream(source(), journal, recent, 0);
    appendFileSync(join(folder, 'out'), `${'y'.repeat(100_000)}\n${Array.from({ length: 50 }, (_, index) => `l${index}\n`).join('')}`);
    stream.collect(0);
    expect(journalTexts()[0]).toMatch(/characters cut\]$/);
    expect(recent).toHaveLength(20);
    expect(readFileSync(join(folder, 'out')).length).toBeGreaterThan(100_000);
  });
});
