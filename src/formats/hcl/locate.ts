import type { HclFile } from './hcl-file.ts';
import type { Location } from './line-index.ts';

/** Line and column (1-based, columns in grapheme clusters as HashiCorp counts them) of an offset into `file.text`. */
export function locate(file: HclFile, offset: number): Location {
  return file.lines.locate(offset);
}
