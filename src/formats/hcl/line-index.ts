/**
 * From an offset to a line and a column, worked out only when somebody asks.
 *
 * A line ends with a line feed. Columns count what a reader sees: grapheme clusters, as HashiCorp's
 * parser does, so that its messages and ours name the same place. Most lines need no
 * segmentation; beyond `SEGMENTED_PREFIX` characters code points are counted instead, for the segmenter is
 * slow and a line of a megabyte is not read by eye.
 */
const SEGMENTED_PREFIX = 4096;
const EXCERPT = 160;
/** Characters that never join a neighbour: ASCII and the Latin letters with accents of their own. */
const SIMPLE = /^[\t\r\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/;

/** Made once, when first needed: making one takes longer than parsing a small file. */
let segmenter: Intl.Segmenter | undefined;

export interface Location {
  /** 1-based. */
  line: number;
  /** 1-based, in grapheme clusters. */
  column: number;
}

export class LineIndex {
  private readonly text: string;
  private starts: number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Place of an offset (UTF-16 code units); offsets outside of the text are taken as its nearest end. */
  locate(offset: number): Location {
    const place = Math.min(Math.max(offset, 0), this.text.length);
    const line = this.lineOf(place);
    const prefix = this.text.slice(this.lineStart(line), place);
    return { line: line + 1, column: widthOf(line === 0 && prefix.startsWith('\uFEFF') ? prefix.slice(1) : prefix) + 1 };
  }

  /** How many lines there are; the part after the last line feed counts, even when it is empty. */
  get count(): number {
    return this.lineStarts().length;
  }

  /** The line an offset is on, without its line break, cut to some 160 characters around the offset. */
  excerpt(offset: number): string {
    const line = this.lineOf(Math.min(Math.max(offset, 0), this.text.length));
    const start = this.lineStart(line);
    const feed = this.text.indexOf('\n', start);
    let end = feed === -1 ? this.text.length : feed;
    if (end > start && this.text.charCodeAt(end - 1) === 0x0d) end -= 1;
    if (end - start <= EXCERPT) return this.text.slice(start, end);
    const from = Math.max(start, Math.min(offset - EXCERPT / 2, end - EXCERPT));
    return `${from > start ? '…' : ''}${this.text.slice(from, from + EXCERPT)}${from + EXCERPT < end ? '…' : ''}`;
  }

  private lineStart(line: number): number {
    return this.lineStarts()[line] ?? 0;
  }

  private lineOf(offset: number): number {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private lineStarts(): number[] {
    if (this.starts !== undefined) return this.starts;
    const starts = [0];
    for (let feed = this.text.indexOf('\n'); feed !== -1; feed = this.text.indexOf('\n', feed + 1)) starts.push(feed + 1);
    this.starts = starts;
    return starts;
  }
}

function widthOf(prefix: string): number {
  if (SIMPLE.test(prefix)) return prefix.length;
  if (prefix.length > SEGMENTED_PREFIX) return [...prefix].length;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return [...segmenter.segment(prefix)].length;
}
