/**
 * Addresses as Terraform prints them: `module.network["a"].aws_subnet.private[0]`.
 *
 * Keys are quoted with the escapes of HCL strings; inside them brackets and dots mean nothing, so
 * addresses are read by a scanner and never split at dots.
 */

export type InstanceKey = string | number;

export interface ResourceAddress {
  /** `module.network["a"]`, or empty for the root. */
  module: string;
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  name: string;
  key?: InstanceKey;
}

/** `["a"]`, `[0]`, or nothing. */
export function printKey(key: InstanceKey | undefined): string {
  if (key === undefined) return '';
  return typeof key === 'number' ? `[${key}]` : `[${quote(key)}]`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/\$\{/g, '$${').replace(/%\{/g, '%%{');
}

/** Address of the resource (without `key`) and of the instance. */
export function printAddress(address: ResourceAddress): string {
  const prefix = address.module === '' ? '' : `${address.module}.`;
  const mode = address.mode === 'managed' ? '' : `${address.mode}.`;
  return `${prefix}${mode}${address.type}.${address.name}${printKey(address.key)}`;
}

/** Steps of an address: names and keys in order; undefined when it is not one. */
export function addressSteps(text: string): (string | { key: InstanceKey })[] | undefined {
  const steps: (string | { key: InstanceKey })[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const end = keyEnd(text, at);
      if (end === undefined) return undefined;
      const key = keyOf(text.slice(at + 1, end));
      if (key === undefined) return undefined;
      steps.push({ key });
      at = end + 1;
    } else {
      if (steps.length > 0) {
        if (text[at] !== '.') return undefined;
        at += 1;
      }
      const name = /^[\p{L}_*][\p{L}\p{N}_*-]*/u.exec(text.slice(at))?.[0];
      if (name === undefined) return undefined;
      steps.push(name);
      at += name.length;
    }
  }
  return steps;
}

function keyEnd(text: string, start: number): number | undefined {
  if (text[start + 1] !== '"') {
    const end = text.indexOf(']', start);
    return end < 0 ? undefined : end;
  }
  for (let at = start + 2; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return text[at + 1] === ']' ? at + 1 : undefined;
  }
  return undefined;
}

function keyOf(text: string): InstanceKey | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!text.startsWith('"')) return undefined;
  try {
    return (JSON.parse(text) as string).replaceAll('$${', '${').replaceAll('%%{', '%{');
  } catch {
    return undefined;
  }
}

/** Reads a resource or instance address; undefined when the text is none (a module alone, a malformed one). */
export function parseAddress(text: string): ResourceAddress | undefined {
  const steps = addressSteps(text);
  if (steps === undefined) return undefined;
  let at = 0;
  let module = '';
  while (steps[at] === 'module') {
    const name = steps[at + 1];
    if (typeof name !== 'string') return undefined;
    module += `${module === '' ? '' : '.'}module.${name}`;
    at += 2;
    const key = steps[at];
    if (typeof key === 'object') {
      module += printKey(key.key);
      at += 1;
    }
  }
  const mode = steps[at] === 'data' ? 'data' : steps[at] === 'ephemeral' ? 'ephemeral' : 'managed';
  if (mode !== 'managed') at += 1;
  const [type, name, key, rest] = steps.slice(at, at + 4);
  if (typeof type !== 'string' || typeof name !== 'string' || typeof key === 'string' || rest !== undefined) return undefined;
  return { module, mode, type, name, ...(key === undefined ? {} : { key: key.key }) };
}

/**
 * Reads how states and plans name a provider: `provider["registry.terraform.io/hashicorp/aws"].west`
 * (0.13 and later, with an optional module in front), `provider.aws.west` (before), or the bare source
 * address of plans.
 */
export function parseProvider(text: string): { localName: string; alias?: string; source?: string } {
  const modern = /provider\["([^"]+)"\](?:\.([\w-]+))?(?:\[.*\])?$/.exec(text);
  if (modern !== null) return named(modern[1] ?? '', modern[2]);
  const old = /provider\.([\w-]+)(?:\.([\w-]+))?$/.exec(text);
  if (old !== null) return { localName: old[1] ?? '', ...(old[2] === undefined ? {} : { alias: old[2] }) };
  return named(text, undefined);
}

function named(source: string, alias: string | undefined): { localName: string; alias?: string; source?: string } {
  const localName = source.split('/').at(-1) ?? source;
  return { localName, ...(source.includes('/') ? { source } : {}), ...(alias === undefined ? {} : { alias }) };
}
