/**
 * Everything in a diagram is hostile: names, attribute values and paths come from repositories. Each
 * format has one function here that turns any string into text of that format, and nothing else writes
 * strings of the diagram.
 */

/** Characters that XML 1.0 does not allow, lone surrogates and characters that turn the direction of a text around. */
const NOT_TEXT = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Printable text: forbidden characters become the replacement character. */
export function printable(text: string): string {
  return text.replace(NOT_TEXT, '\uFFFD');
}

/** One line of printable text. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\s\u2028\u2029]+/g, ' ').trim();
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\n': '&#10;', '\r': '&#13;', '\t': '&#9;' };

/** For element content and attribute values of XML, SVG and HTML. */
export function xml(text: string): string {
  return printable(text).replace(/[&<>"'\n\r\t]/g, (character) => ENTITIES[character] ?? '');
}

/** JSON that may stand inside a `<script>` element of HTML and inside XML comments. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
