/**
 * Changed files as one unified diff that `git apply` takes, in the order of their paths.
 *
 * The lines around a change are printed with it, and code holds what nobody should see in a report: where such
 * a line stands near, fewer lines are given, one at least, since Git reads a change without a line behind it as
 * one of the file's end. A change right beside a secret is not printed.
 */
import { structuredPatch } from 'diff';
import type { FileEdit } from './code.ts';
import { applyEdits } from '../../formats/hcl/edit.ts';
import type { HclFile } from '../../formats/hcl/hcl-file.ts';

const MOST_CONTEXT = 3;

export interface ChangedFile {
  path: string;
  before: string;
  after: string;
}

/** Texts after the edits, of the files that differ. */
export function changedFiles(edits: readonly FileEdit[]): ChangedFile[] {
  const byFile = new Map<HclFile, FileEdit[]>();
  for (const one of edits) byFile.set(one.file, [...(byFile.get(one.file) ?? []), one]);
  const changed = [...byFile].map(([file, own]) => ({ path: file.file, before: file.text, after: applyEdits(file, own.map((one) => one.edit)) }));
  return changed.filter((one) => one.before !== one.after).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Undefined when a line that must not be shown is in the way. `hides` is asked for lines without their ends. */
export function unifiedDiff(files: readonly ChangedFile[], hides: (line: string) => boolean): string | undefined {
  const parts = files.map((file) => {
    for (let context = MOST_CONTEXT; context > 0; context -= 1) {
      const part = fileDiff(file, context);
      if (!part.split('\n').some((line) => /^[-+ ]/.test(line) && !/^(---|\+\+\+) /.test(line) && hides(line.slice(1).replace(/\r$/, '')))) return part;
    }
    return undefined;
  });
  return parts.some((part) => part === undefined) ? undefined : parts.join('');
}

function fileDiff({ path, before, after }: ChangedFile, context: number): string {
  const { hunks } = structuredPatch(path, path, before, after, undefined, undefined, { context });
  const name = (side: string): string => quoted(`${side}/${path}`);
  const body = hunks.map((hunk) => [`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`, ...hunk.lines].join('\n'));
  const afterBlank = /\s/.test(path) && !name('a').startsWith('"') ? '\t' : '';
  return `diff --git ${name('a')} ${name('b')}\n--- ${name('a')}${afterBlank}\n+++ ${name('b')}${afterBlank}\n${body.join('\n')}\n`;
}

/** As Git counts: a range of nothing stands before its line. */
function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

/** As Git writes names with control characters, quotes or backslashes. */
function quoted(name: string): string {
  if (!/[\u0000-\u001f\u007f"\\]/.test(name)) return name;
  const bytes = [...new TextEncoder().encode(name)];
  return `"${bytes.map((byte) => (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte))).join('')}"`;
}
