/**
 * Where `moved` blocks send the addresses of a state, and what `removed` blocks take out of it.
 *
 * An address is asked under each of its prefixes (the module, the resource, the instance), so a chain of
 * moves costs its length and not the number of blocks. Terraform itself moves between an address without a key
 * and the one with key 0 when `count` comes or goes; `withoutZeroKeys` finds such pairs.
 */
import { addressSteps, printKey } from '../../formats/terraform/address.ts';
import type { ModelRefactoring } from '../infrastructure/model.ts';

const LONGEST_CHAIN = 50;

/** The address and all that it lies in, the longest first: `module.a.x.y[0]`, `module.a.x.y`, `module.a`. */
export function addressPrefixes(address: string): string[] {
  const steps = addressSteps(address);
  if (steps === undefined) return [address];
  const prefixes: string[] = [];
  let text = '';
  let missing = 0;
  for (const step of steps) {
    if (typeof step === 'object') text += printKey(step.key);
    else {
      if (missing === 0) missing = step === 'data' || step === 'ephemeral' ? 3 : 2;
      text += `${text === '' ? '' : '.'}${step}`;
      missing -= 1;
    }
    if (missing === 0) prefixes.push(text);
  }
  return (prefixes.at(-1) === text ? prefixes : [...prefixes, text]).reverse();
}

export class RefactoredAddresses {
  readonly #moved = new Map<string, string>();
  readonly #removed = new Map<string, boolean>();

  constructor(refactoring: ModelRefactoring | undefined) {
    for (const { from, to } of refactoring?.moved ?? []) this.#moved.set(from, to);
    for (const { from, destroy } of refactoring?.removed ?? []) this.#removed.set(from, destroy);
  }

  /** The address after all moves that apply; itself when none does. A circle ends where it began. */
  now(address: string): string {
    if (this.#moved.size === 0) return address;
    let current = address;
    const seen = new Set([address]);
    for (let step = 0; step < LONGEST_CHAIN; step += 1) {
      const next = this.#step(current);
      if (next === undefined || seen.has(next)) return current;
      seen.add(next);
      current = next;
    }
    return current;
  }

  #step(address: string): string | undefined {
    for (const prefix of addressPrefixes(address)) {
      const to = this.#moved.get(prefix);
      if (to === undefined) continue;
      const rest = address.slice(prefix.length);
      if (rest.startsWith('[') && to.endsWith(']')) continue;
      return `${to}${rest}`;
    }
    return undefined;
  }

  /** Whether a `removed` block covers the address: `destroy` or `forget`. Its `from` has no keys. */
  removal(address: string): 'destroy' | 'forget' | undefined {
    if (this.#removed.size === 0) return undefined;
    for (const prefix of [...addressPrefixes(address), ...addressPrefixes(withoutKeys(address))]) {
      const destroy = this.#removed.get(prefix);
      if (destroy !== undefined) return destroy ? 'destroy' : 'forget';
    }
    return undefined;
  }
}

/** `module.a["x"].aws_vpc.b[0]` as `module.a.aws_vpc.b`. */
export function withoutKeys(address: string): string {
  return address.includes('[') ? address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '') : address;
}

export function withoutZeroKeys(address: string): string {
  return address.includes('[0]') ? address.replaceAll('[0]', '') : address;
}
