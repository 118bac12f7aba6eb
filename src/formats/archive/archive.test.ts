import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArchiveProblem, checkLinks, comparePaths, pathProblem, resolveLink, type ArchiveEntry } from './entry.ts';
import { ArchiveReader } from './read.ts';
import { header, padding, TRAILER } from './write.ts';

interface Member {
  entry: ArchiveEntry;
  bytes: Buffer;
}

const file = (path: string, content: string | Buffer = '', executable = false): Member => {
  const bytes = Buffer.from(content);
  return { entry: { path, type: 'file', size: bytes.length, executable }, bytes };
};
const folder = (path: string): Member => ({ entry: { path, type: 'folder', size: 0, executable: false }, bytes: Buffer.alloc(0) });
const link = (path: string, target: string): Member => ({ entry: { path, type: 'link', size: 0, executable: false, target }, bytes: Buffer.alloc(0) });

function pack(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(({ entry, bytes }) => [header(entry), bytes, Buffer.alloc(padding(bytes.length))]), TRAILER]);
}

function read(archive: Uint8Array, pieces: readonly number[] = []): { members: Member[]; ended: boolean } {
  const reader = new ArchiveReader();
  const members: Member[] = [];
  const feed = (piece: Uint8Array): void => {
    for (const part of reader.push(piece)) {
      if (part.kind === 'entry') members.push({ entry: part.entry, bytes: Buffer.alloc(0) });
      const last = members.at(-1);
      if (part.kind === 'bytes' && last !== undefined) last.bytes = Buffer.concat([last.bytes, part.bytes]);
    }
  };
  let offset = 0;
  for (const size of pieces) {
    feed(archive.subarray(offset, offset + size));
    offset = Math.min(archive.length, offset + size);
  }
  feed(archive.subarray(offset));
  return { members, ended: reader.ended };
}

const LONG = `${'d'.repeat(120)}/${'f'.repeat(60)}.js`;
const MEMBERS = [file('a.txt', 'hello'), folder('bin'), file('bin/run', '#!', true), link('bin/same', '../a.txt'), file('empty'), file(LONG, 'x'.repeat(2_000)), file('ünïcode/ß', 'y')].sort((one, other) => comparePaths(one.entry.path, other.entry.path));

test('what is written is read back', () => {
  expect(read(pack(MEMBERS))).toEqual({ members: MEMBERS, ended: true });
});

test('the archive of known files never changes its bytes', () => {
  expect(pack([file('a', 'b')]).subarray(0, 512).toString('latin1').replaceAll('\0', '.')).toBe(
    `a${'.'.repeat(99)}0000644.0000000.0000000.00000000001.00000000000.006077. 0${'.'.repeat(100)}ustar.00${'.'.repeat(247)}`,
  );
});

test('it is a tar that tar can list and unpack', () => {
  if (spawnSync('tar', ['--version']).status !== 0) {
    console.log('tar is not installed: the archive is not compared with it');
    return;
  }
  const place = mkdtempSync(join(tmpdir(), 'roadbed-archive-'));
  try {
    writeFileSync(join(place, 'a.tar'), pack(MEMBERS));
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', join(place, 'a.tar')], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    expect(listed.trim().split('\n')).toEqual(MEMBERS.map(({ entry }) => (entry.type === 'folder' ? `${entry.path}/` : entry.path)));
    expect(execFileSync('tar', ['-xOf', join(place, 'a.tar'), LONG], { encoding: 'utf8' })).toBe('x'.repeat(2_000));
  } finally {
    rmSync(place, { recursive: true });
  }
});

describe('what no archive may hold', () => {
  test.each(['', '/a', 'a/../b', '..', './a', 'a//b', 'a/', 'a\0b', 'a\nb', 'a\\b', 'x'.repeat(1_025), '\ud800'])('the path %j', (path) => {
    expect(pathProblem(path)).toBeDefined();
    expect(() => header(file(path).entry)).toThrow(ArchiveProblem);
  });

  test.each<[string, (archive: Buffer) => Buffer]>([
    ['a changed checksum', (archive) => Buffer.concat([archive.subarray(0, 148), Buffer.from('7'), archive.subarray(149)])],
    ['another owner', (archive) => patched(archive, 108, '0000001')],
    ['another time', (archive) => patched(archive, 136, '00000000001')],
    ['another mode', (archive) => patched(archive, 100, '0000777')],
    ['a hard link', (archive) => patched(archive, 156, '1')],
    ['a device', (archive) => patched(archive, 156, '3')],
    ['a way out', (archive) => patched(archive, 0, '../etc/x')],
    ['an absolute path', (archive) => patched(archive, 0, '/etc/x')],
    ['bytes in the padding', (archive) => Buffer.concat([archive.subarray(0, 600), Buffer.from('x'), archive.subarray(601)])],
    ['bytes after the end', (archive) => Buffer.concat([archive, Buffer.alloc(512)])],
    ['entries out of order', () => pack([file('b'), file('a')])],
    ['a path twice', () => pack([file('a'), file('a')])],
    ['an entry after one empty block', (archive) => Buffer.concat([Buffer.alloc(512), archive])],
  ])('%s', (_what, change) => {
    expect(() => read(change(pack([file('a', 'b')])))).toThrow(ArchiveProblem);
  });

  test('an archive that was cut off does not end', () => {
    const archive = pack(MEMBERS);
    expect(read(archive.subarray(0, archive.length - 512)).ended).toBe(false);
  });
});

/** A header with a field replaced and its checksum set right. */
function patched(archive: Buffer, offset: number, value: string): Buffer {
  const copy = Buffer.from(archive);
  copy.write(value, offset, 'latin1');
  copy.write('        ', 148, 'latin1');
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return copy;
}

describe('links', () => {
  const links = (entries: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(entries));

  test.each<[string, Record<string, string>, string | undefined]>([
    ['a/l', { 'a/l': '../b' }, 'b'],
    ['l', { l: '..' }, undefined],
    ['l', { l: '/etc' }, undefined],
    ['l', { l: 'a/../../x' }, undefined],
    ['l', { l: 'm', m: 'l' }, undefined],
    ['deep/l', { 'deep/l': '..' }, ''],
    ['m', { 'deep/l': '..', m: 'deep/l/..' }, undefined],
    ['m', { 'deep/l': '..', m: 'deep/l/x' }, 'x'],
    ['m', { d: 'a/b', m: 'd/../c' }, 'a/c'],
    ['m', { d: '/tmp', m: 'd/x' }, undefined],
  ])('%s in %j leads to %s', (path, entries, expected) => {
    expect(resolveLink(path, links(entries))).toBe(expected);
  });

  test('a link that leads out is refused by name', () => {
    expect(() => checkLinks([link('node_modules/.bin/x', '../../../etc/passwd').entry])).toThrow('the link "node_modules/.bin/x" leads to "../../../etc/passwd", out of the folder');
    expect(() => checkLinks([link('a', 'b\\c').entry])).toThrow(ArchiveProblem);
  });
});

describe('laws', () => {
  const part = fc.stringMatching(/^[a-z]{1,3}$/);
  const path = fc.oneof(fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 }).filter((text) => pathProblem(text) === undefined));
  const member = fc.oneof(
    fc.tuple(path, fc.uint8Array({ maxLength: 1_500 }), fc.boolean()).map(([name, bytes, executable]) => file(name, Buffer.from(bytes), executable)),
    path.map(folder),
    fc.tuple(path, path).map(([name, target]) => link(name, target)),
  );
  const members = fc.array(member, { maxLength: 8 }).map((list) => [...new Map(list.map((one) => [one.entry.path, one])).values()].sort((one, other) => comparePaths(one.entry.path, other.entry.path)));

  test('any members come back, however the archive is cut into pieces', () => {
    fc.assert(fc.property(members, fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 30 }), (list, pieces) => {
      expect(read(pack(list), pieces)).toEqual({ members: list, ended: true });
    }));
  });

  test('no bytes make the reader fail in another way than by refusing', () => {
    fc.assert(fc.property(members, fc.nat(), fc.integer({ min: 0, max: 255 }), (list, position, byte) => {
      const archive = pack(list);
      archive[position % archive.length] = byte;
      try {
        read(archive);
      } catch (error) {
        expect(error).toBeInstanceOf(ArchiveProblem);
      }
    }), { numRuns: 500 });
  });
});
