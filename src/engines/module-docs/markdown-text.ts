/** Text of strangers within Markdown: what it says stays, what it could do to the page does not. */

/** Zero-width space: keeps a marker in somebody's text from being taken for the end of the generated part. */
const GAP = '\u200B';

/** A paragraph or a table cell's words. Markdown in descriptions is meant (links, code); HTML is not. */
export function prose(text: string): string {
  return splitCode(text)
    .map((part) => (part.code ? defuse(part.text) : part.text.replace(/&(?=[a-z#])/gi, '&amp;').replace(/</g, '&lt;')))
    .join('');
}

/** One cell of a table: no line breaks, no bars. */
export function cell(text: string): string {
  return prose(text.trim()).replace(/\|/g, '\\|').replace(/\r?\n\s*\r?\n/g, '<br/><br/>').replace(/\r?\n/g, ' ');
}

/** Code in a cell: one line as a span, several as a block that tables allow. */
export function codeCell(text: string): string {
  if (!text.includes('\n')) return codeSpan(text).replace(/\|/g, '\\|');
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\|/g, '&#124;');
  return `<pre>${escaped.replace(/\n/g, '<br/>')}</pre>`;
}

/** A span whose fence is longer than any run of backticks within. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 || text === '' ? ' ' : '';
  return `${fence}${pad}${defuse(text.replace(/\r?\n/g, ' '))}${pad}${fence}`;
}

/** Text of a link or a heading. */
export function label(text: string): string {
  return text.replace(/([\\`*_[\]<>#|])/g, '\\$1').replace(/\s+/g, ' ');
}

/** A relative address of a file: only what may stand in a link's brackets. */
export function linkTarget(path: string): string {
  return path.split('/').map((part) => encodeURIComponent(part)).join('/').replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'));
}

function defuse(text: string): string {
  return text.replace(/_DOCS -->/g, `_DOCS --${GAP}>`);
}

function splitCode(text: string): { code: boolean; text: string }[] {
  return text.split(/(`[^`]*`)/).map((part, index) => ({ code: index % 2 === 1, text: part }));
}
