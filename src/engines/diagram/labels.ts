/**
 * Names, second lines and details of parts. What a person called the thing comes first (tag, name);
 * names like `this` or `main` say nothing, so the module's name stands in. Sensitive attributes,
 * by the catalogue, by the source and by their name, never come here.
 */
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { oneLine, scalarText, textsAt, valuesAt } from './attribute-values.ts';
import type { DiagramDetail } from './diagram.ts';
import { unique } from './order.ts';
import type { Entry } from './entry.ts';
import { withoutKeys } from './resource-index.ts';

const SAYS_NOTHING = new Set(['this', 'main', 'default', 'self', 'resource', 'it', 'instance', 'cluster', 'primary']);
const SECRET_NAME = /pass(word|wd|phrase)?|secret|token|private_key|credential|connection_string|access_key|user_data|kube_?config|client_secret|(^|_)sas($|_)|^content|certificate_data|auth_key|api_key|ssh_key|signature|environment|policy$|^values?$|script|template_body/i;
const SECRET_TEXT = /-----BEGIN |\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}|:\/\/[^/\s:@]+:[^/\s@]+@/;
const MOST_DETAILS = 24;

/** The name in the code; where that says nothing the module's, and in the root the type's. */
function codeName(entry: Entry): string {
  const { name, module } = entry.resource;
  if (!SAYS_NOTHING.has(name)) return name.replaceAll('_', ' ');
  if (module === '') return entry.type.label;
  const last = withoutKeys(module).split('.').at(-1) ?? name;
  return last.replaceAll('_', ' ');
}

/** A call in an address, with its key. */
const CALL = /(?:^|\.)module\.([^.[\]]+)(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g;

function callName(name: string, key: string): string {
  return `${name.replaceAll('_', ' ')}${key === '[0]' ? '' : key.replace(/^\["(.*)"\]$/, ' $1')}`;
}

/** The last call's name with its key; one that says nothing comes after the name of the call above. */
function moduleName(address: string): string {
  const calls = [...address.matchAll(CALL)];
  const names = calls.map(([, name = '', key = '']) => callName(name, key));
  const telling = SAYS_NOTHING.has(calls.at(-1)?.[1] ?? '') ? names.slice(-2) : names.slice(-1);
  return oneLine(telling.join(' ') || address, 40);
}

/**
 * The first step of a module's address, from the root, in which it differs from the others; undefined when it is
 * like them. Of instances of one call that is the key.
 */
export function tellingStep(modules: readonly string[], module: string): string | undefined {
  const steps = (address: string): (readonly [string, string])[] => [...address.matchAll(CALL)].map(([, name = '', key = '']) => [name, key] as const);
  const others = modules.map(steps);
  const own = steps(module).map((step, depth) => ({ step, calls: others.map((other) => other[depth]) })).find(({ step, calls }) => calls.some((call) => call?.[0] !== step[0] || call[1] !== step[1]));
  if (own === undefined) return undefined;
  const [name, key] = own.step;
  return key !== '' && own.calls.every((call) => call?.[0] === name) ? key.slice(1, -1).replace(/^"(.*)"$/, '$1') : callName(name, key);
}

export function nameOf(entry: Entry): string {
  if (entry.type.type === 'module') return moduleName(entry.address);
  const given = entry.type.name.flatMap((path) => textsAt(entry.resource.attributes, path)).find((text) => !SECRET_TEXT.test(text));
  // An endpoint is called by the service it leads to: `com.amazonaws.eu-west-1.s3` is `s3`; a zone's last dot says nothing.
  return oneLine((given ?? codeName(entry)).replace(/^com\.amazonaws\.[a-z0-9-]+\.(?=.)/, '').replace(/(?<=[a-z0-9])\.$/i, ''), 40);
}

/** Common part of several names: `worker-0, worker-1` becomes `worker`. */
function commonName(names: readonly string[]): string | undefined {
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length -= 1;
  const common = first.slice(0, length).replace(/[\s._-]*\d*[\s._-]*$/, '');
  return common.length >= 3 ? common : undefined;
}

export function nameOfAll(entries: readonly Entry[]): string {
  const [first] = entries;
  if (first === undefined) return '';
  const names = unique(entries.map(nameOf));
  return names.length === 1 ? (names[0] ?? '') : (commonName(names) ?? codeName(first));
}

/** `EC2 instance · t3.micro`; values that differ between the instances are left out. */
export function sublabelOf(entries: readonly Entry[]): string {
  const [first] = entries;
  if (first === undefined) return '';
  const values = first.type.sublabel.flatMap((path) => {
    const texts = unique(entries.flatMap((entry) => textsAt(entry.resource.attributes, path)));
    return texts.length === 1 ? [oneLine(texts[0] ?? '', 28)] : [];
  });
  return [first.type.label, ...unique(values)].join(' · ');
}

function detailText(value: AttributeValue): string | undefined {
  if (value instanceof SensitiveAttribute) return undefined;
  if (value instanceof UnknownAttribute) return `(${oneLine(value.reason, 60)})`;
  const text = scalarText(value);
  if (text !== undefined) return SECRET_TEXT.test(text) ? undefined : oneLine(text, 120);
  if (!Array.isArray(value)) return undefined;
  const texts = valuesAt(value, '').map(scalarText);
  return texts.length === 0 || texts.some((item) => item === undefined || SECRET_TEXT.test(item)) ? undefined : oneLine(texts.join(', '), 120);
}

/** Scalars and lists of scalars of the first instance, without anything that might be a secret. */
export function detailsOf(entries: readonly Entry[]): DiagramDetail[] {
  const [first] = entries;
  if (first === undefined) return [];
  const hidden = new Set(first.type.sensitive);
  return Object.keys(first.resource.attributes)
    .filter((name) => !hidden.has(name) && !SECRET_NAME.test(name))
    .sort()
    .flatMap((name): DiagramDetail[] => {
      const value = detailText(first.resource.attributes[name] ?? null);
      return value === undefined ? [] : [{ name: oneLine(name, 60), value }];
    })
    .slice(0, MOST_DETAILS);
}
