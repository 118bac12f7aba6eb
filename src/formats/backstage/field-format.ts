/** The formats of names, keys, values and tags in an entity's envelope: those of Backstage's default validators. */
const LABEL = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;
const OBJECT_NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const TAG = /^[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*$/;
const LONGEST = 63;

function bounded(text: string, longest = LONGEST): boolean {
  return text.length >= 1 && text.length <= longest;
}

export function isDnsLabel(text: string): boolean {
  return bounded(text) && LABEL.test(text);
}

function isDnsSubdomain(text: string): boolean {
  return bounded(text, 253) && text.split('.').every(isDnsLabel);
}

export function isEntityName(text: string): boolean {
  return bounded(text) && OBJECT_NAME.test(text);
}

export function isLabelValue(text: string): boolean {
  return text === '' || isEntityName(text);
}

export function isTag(text: string): boolean {
  return bounded(text) && TAG.test(text);
}

export function isKind(text: string): boolean {
  return bounded(text) && /^[a-zA-Z][a-z0-9A-Z]*$/.test(text);
}

/** Keys of labels and annotations: `[<dns subdomain>/]<name>`. */
export function isPrefixedKey(text: string): boolean {
  return prefixed(text, isEntityName);
}

export function isApiVersion(text: string): boolean {
  return prefixed(text, (version) => bounded(version) && /^[a-z0-9A-Z]+$/.test(version));
}

function prefixed(text: string, isSuffix: (suffix: string) => boolean): boolean {
  const [first = '', second, ...more] = text.split('/');
  if (more.length > 0) return false;
  return second === undefined ? isSuffix(first) : isDnsSubdomain(first) && isSuffix(second);
}

export function isUrl(text: string): boolean {
  return URL.canParse(text);
}
