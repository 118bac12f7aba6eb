/**
 * A strict reader of the XML that we write: elements, attributes in double quotes, character data and
 * the five entities or numbers, nothing else. It answers the tree, or throws where a parser would stop.
 */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(text)) throw new Error(`a bare ampersand in ${text.slice(0, 80)}`);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, number: string | undefined, name: string | undefined) => (number === undefined ? (NAMED[name ?? ''] ?? '') : String.fromCodePoint(Number(number))));
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  const rest = text.replace(/\s+([\w:-]+)="([^"<]*)"/g, (_, name: string, value: string) => {
    if (Object.hasOwn(attributes, name)) throw new Error(`attribute ${name} twice`);
    attributes[name] = decoded(value);
    return '';
  });
  if (rest.trim() !== '') throw new Error(`no attribute: ${rest.slice(0, 80)}`);
  return attributes;
}

/** The root element of a document. */
export function scanXml(source: string): XmlElement {
  if (FORBIDDEN.test(source)) throw new Error('a character that XML does not allow');
  const body = source.replace(/^<\?xml[^?]*\?>\s*/, '');
  const stack: XmlElement[] = [{ name: '', attributes: {}, children: [], text: '' }];
  let at = 0;
  while (at < body.length) {
    const open = body.indexOf('<', at);
    const top = stack.at(-1) as XmlElement;
    top.text += decoded(body.slice(at, open === -1 ? body.length : open));
    if (open === -1) break;
    const close = body.indexOf('>', open);
    if (close === -1) throw new Error('a tag that does not end');
    const tag = body.slice(open + 1, close);
    at = close + 1;
    if (tag.startsWith('/')) {
      if (stack.pop()?.name !== tag.slice(1)) throw new Error(`</${tag.slice(1)}> closes nothing`);
      continue;
    }
    const [, name, attributes, empty] = /^([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)$/.exec(tag) ?? [];
    if (name === undefined) throw new Error(`no tag: <${tag.slice(0, 80)}>`);
    const element: XmlElement = { name, attributes: attributesOf(attributes ?? ''), children: [], text: '' };
    top.children.push(element);
    if (empty === '') stack.push(element);
  }
  const [document] = stack;
  if (stack.length !== 1 || document === undefined || document.children.length !== 1) throw new Error('not one root element');
  return document.children[0] as XmlElement;
}

/** `root` and everything in it. */
export function elements(root: XmlElement): XmlElement[] {
  return [root, ...root.children.flatMap(elements)];
}
