/** Functions on IP address ranges, IPv4 and IPv6 alike; leading zeros of octets are decimal, as in Terraform. */
import { boolValue, listValue, stringValue } from '../value/construct.ts';
import { ZERO, decimalToBigInt } from '../value/decimal.ts';
import { BOOL, NUMBER, STRING, listOf } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, textOf, type FunctionDefinition, type Parameter } from './definition.ts';
import { wholeNumber } from './numeric.ts';

interface Address {
  value: bigint;
  bits: 32 | 128;
}

interface Prefix extends Address {
  length: number;
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  return parseIpv6(text);
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d+$/.test(part) || part.length > 20 || Number(part) > 255)) return undefined;
  return { value: parts.reduce((sum, part) => (sum << 8n) | BigInt(Number(part)), 0n), bits: 32 };
}

function parseIpv6(text: string): Address | undefined {
  let source = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const ipv4 = parseIpv4(tail[2] ?? '');
    if (ipv4 === undefined) return undefined;
    source = `${tail[1]}${(ipv4.value >> 16n).toString(16)}:${(ipv4.value & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], rest = []] = groups;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...rest];
  if (all.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { value: all.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n), bits: 128 };
}

function parsePrefix(text: string, argument: number): Prefix {
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(digits) || Number(digits) > address.bits) throw new FunctionError(`invalid CIDR expression: invalid CIDR address: ${text}`, argument);
  return { ...address, length: Number(digits) };
}

function networkOf(prefix: Prefix): bigint {
  const host = BigInt(prefix.bits - prefix.length);
  return (prefix.value >> host) << host;
}

function formatAddress({ value, bits }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  // An address that maps IPv4 is written as IPv4, as Go does.
  if (value >> 32n === 0xffffn) return formatAddress({ value: value & 0xffffffffn, bits: 32 });
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

const formatPrefix = (prefix: Prefix): string => `${formatAddress(prefix)}/${prefix.length}`;

function integerOf(value: Value | undefined, argument: number): bigint {
  const integer = decimalToBigInt(value?.kind === 'number' ? value.value : ZERO);
  if (integer === undefined) throw new FunctionError('a whole number is required', argument);
  return integer;
}

function cidrHost(args: readonly Value[]): Value {
  const prefix = parsePrefix(textOf(args[0]), 0);
  const number = integerOf(args[1], 1);
  const count = 1n << BigInt(prefix.bits - prefix.length);
  const offset = number < 0n ? count + number : number;
  if (offset < 0n || offset >= count) throw new FunctionError(`prefix of ${prefix.length} does not accommodate a host numbered ${number}`);
  return stringValue(formatAddress({ value: networkOf(prefix) + offset, bits: prefix.bits }));
}

function cidrNetmask(args: readonly Value[]): Value {
  const prefix = parsePrefix(textOf(args[0]), 0);
  if (prefix.bits === 128) throw new FunctionError('IPv6 addresses cannot have a netmask: ' + textOf(args[0]), 0);
  const host = BigInt(32 - prefix.length);
  return stringValue(formatAddress({ value: (0xffffffffn >> host) << host, bits: 32 }));
}

function subnet(prefix: Prefix, newBits: number, number: bigint): Prefix {
  const length = prefix.length + newBits;
  if (length > prefix.bits) throw new FunctionError(`insufficient address space to extend prefix of ${prefix.length} by ${newBits}`);
  // What Terraform makes of a negative number is odd, but it is no error.
  const subnetNumber = number < 0n ? -number : number;
  if (length < 0) throw new FunctionError('the prefix would be shorter than zero bits', 1);
  if (newBits >= 0 && subnetNumber >= 1n << BigInt(newBits)) throw new FunctionError(`prefix extension of ${newBits} does not accommodate a subnet numbered ${number}`);
  const value = networkOf(prefix) | (number << BigInt(prefix.bits - length));
  return { value: value < 0n ? -value : value, bits: prefix.bits, length };
}

function cidrSubnet(args: readonly Value[]): Value {
  const prefix = parsePrefix(textOf(args[0]), 0);
  const newBits = wholeNumber(args[1], 1);
  const number = integerOf(args[2], 2);
  return stringValue(formatPrefix(subnet(prefix, newBits, number)));
}

/** Consecutive ranges of the asked sizes, each at the next place where it fits. */
function cidrSubnets(args: readonly Value[]): Value {
  const prefix = parsePrefix(textOf(args[0]), 0);
  const end = networkOf(prefix) + (1n << BigInt(prefix.bits - prefix.length));
  let at = networkOf(prefix);
  const results = args.slice(1).map((bits, index) => {
    const newBits = wholeNumber(bits, index + 1);
    if (newBits < 1) throw new FunctionError('must extend prefix by at least one bit', index + 1);
    const length = prefix.length + newBits;
    if (newBits > 32) throw new FunctionError('may not extend prefix by more than 32 bits', index + 1);
    if (length > prefix.bits) throw new FunctionError(`would extend prefix to ${length} bits, which is too long for an ${prefix.bits === 32 ? 'IPv4' : 'IPv6'} address`, index + 1);
    const size = 1n << BigInt(prefix.bits - length);
    const start = ((at + size - 1n) / size) * size;
    // Terraform starts from the range before the first, which a network at address zero does not have.
    if (start + size > end || networkOf(prefix) === 0n) throw new FunctionError(`not enough remaining address space for a subnet with a prefix of ${length} bits after ${formatAddress({ value: at, bits: prefix.bits })}`, index + 1);
    at = start + size;
    return stringValue(formatPrefix({ value: start, bits: prefix.bits, length }));
  });
  return listValue(STRING, results);
}

/** OpenTofu's: whether an address, or a whole range, lies in a range. */
function cidrContains(args: readonly Value[]): Value {
  const outer = parsePrefix(textOf(args[0]), 0);
  const text = textOf(args[1]);
  const address = text.includes('/') ? parsePrefix(text, 1) : parseAddress(text);
  if (address === undefined) throw new FunctionError(`invalid IP address or prefix: ${text}`, 1);
  const inner: Prefix = 'length' in address ? (address as Prefix) : { ...address, length: address.bits };
  if (inner.bits !== outer.bits) throw new FunctionError('address family mismatch', 1);
  const host = BigInt(outer.bits - outer.length);
  return boolValue(inner.length >= outer.length && inner.value >> host === outer.value >> host);
}

const text = (name: string): Parameter => ({ name, type: STRING });
const number = (name: string): Parameter => ({ name, type: NUMBER });

export const NETWORK_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'cidrhost', parameters: [text('prefix'), number('hostnum')], returns: STRING, call: cidrHost },
  { name: 'cidrnetmask', parameters: [text('prefix')], returns: STRING, call: cidrNetmask },
  { name: 'cidrsubnet', parameters: [text('prefix'), number('newbits'), number('netnum')], returns: STRING, call: cidrSubnet },
  { name: 'cidrsubnets', parameters: [text('prefix')], variadic: number('newbits'), returns: listOf(STRING), call: cidrSubnets },
  { name: 'cidrcontains', parameters: [text('containing_prefix'), text('contained_ip_or_prefix')], returns: BOOL, call: cidrContains },
];
