import type { HclFile } from './hcl-file.ts';

/**
 * The text of a file from its tokens and the gaps between them (blanks, comments, a byte order mark).
 * For an unedited file these are the bytes that were read, also where the file has errors.
 */
export function printHcl(file: HclFile): string {
  const { text, tokens } = file;
  const pieces: string[] = [];
  let printed = 0;
  for (let index = 0; index < tokens.count; index++) {
    const start = tokens.starts[index] as number;
    const end = tokens.ends[index] as number;
    pieces.push(text.slice(printed, start), text.slice(start, end));
    printed = end;
  }
  pieces.push(text.slice(printed));
  return pieces.join('');
}
