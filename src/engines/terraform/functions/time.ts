/** Functions on timestamps (RFC 3339). What depends on when or how often Terraform runs is unknown with the reason `time`. */
import { numberValue, stringValue, unknownValue } from '../value/construct.ts';
import { quoteText } from '../value/quote.ts';
import { NUMBER, STRING } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, textOf, type FunctionDefinition, type Parameter } from './definition.ts';

interface Instant {
  /** Nanoseconds since 1970 in UTC. */
  nanoseconds: bigint;
  /** Minutes east of UTC. */
  offset: number;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const SECOND = 1_000_000_000n;

function parseTimestamp(text: string, argument: number): Instant {
  const match = RFC3339.exec(text);
  const refuse = (): never => {
    throw new FunctionError(`not a valid RFC3339 timestamp: ${quoteText(text)}`, argument);
  };
  if (match === null) return refuse();
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const zone = match[8] ?? 'Z';
  const zoneHours = zone === 'Z' ? 0 : Number(zone.slice(1, 3));
  const zoneMinutes = zone === 'Z' ? 0 : Number(zone.slice(4, 6));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59 || zoneHours > 23 || zoneMinutes > 59) return refuse();
  const offset = (zone.startsWith('-') ? -1 : 1) * (zoneHours * 60 + zoneMinutes);
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset * 60);
  return { nanoseconds: seconds * SECOND + fraction, offset };
}

const UNITS: Record<string, bigint> = { ns: 1n, us: 1000n, 'µs': 1000n, 'μs': 1000n, ms: 1_000_000n, s: SECOND, m: 60n * SECOND, h: 3600n * SECOND };
const MAX_DURATION = 2n ** 63n - 1n;

/** A duration as Go writes it: `1h10m`, `-1.5h`, `0`. In nanoseconds. */
function parseDuration(text: string): bigint {
  const refuse = (): never => {
    throw new FunctionError(`not a valid duration: ${quoteText(text)}`, 1);
  };
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  if (body === '' || body.length > 200 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return refuse();
  let total = 0n;
  for (const part of body.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const unit = UNITS[part[3] ?? ''] ?? 0n;
    const fraction = (part[2] ?? '').slice(0, 18);
    total += BigInt(part[1] === '' ? '0' : (part[1] ?? '0')) * unit;
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  if (total > MAX_DURATION) return refuse();
  return negative ? -total : total;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

function partsOf(instant: Instant): Parts {
  let seconds = instant.nanoseconds / SECOND;
  if (instant.nanoseconds % SECOND < 0n) seconds -= 1n;
  const date = new Date((Number(seconds) + instant.offset * 60) * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay(), hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() };
}

const two = (value: number): string => String(value).padStart(2, '0');

function zoneText(offset: number, separator: string): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

function formatTimestamp(instant: Instant): string {
  const { year, month, day, hour, minute, second } = partsOf(instant);
  if (year < 0 || year > 9999) throw new FunctionError('the result is outside of the years 0 to 9999');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${instant.offset === 0 ? 'Z' : zoneText(instant.offset, ':')}`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What each verb of `formatdate` writes, by how often its letter stands. */
function verbText(verb: string, instant: Instant): string | undefined {
  const parts = partsOf(instant);
  const count = verb.length;
  const oneOrTwo = (value: number): string | undefined => (count === 1 ? String(value) : count === 2 ? two(value) : undefined);
  switch (verb[0]) {
    case 'Y':
      return count === 2 ? two(parts.year % 100) : count === 4 ? String(parts.year).padStart(4, '0') : undefined;
    case 'M': {
      const name = MONTHS[parts.month - 1] ?? '';
      return count === 3 ? name.slice(0, 3) : count === 4 ? name : oneOrTwo(parts.month);
    }
    case 'D':
      return oneOrTwo(parts.day);
    case 'E': {
      const name = DAYS[parts.weekday] ?? '';
      return count === 3 ? name.slice(0, 3) : count === 4 ? name : undefined;
    }
    case 'h':
      return oneOrTwo(parts.hour);
    case 'H':
      return oneOrTwo(parts.hour % 12 === 0 ? 12 : parts.hour % 12);
    case 'A':
      return count === 2 ? (parts.hour < 12 ? 'AM' : 'PM') : undefined;
    case 'a':
      return count === 2 ? (parts.hour < 12 ? 'am' : 'pm') : undefined;
    case 'm':
      return oneOrTwo(parts.minute);
    case 's':
      return oneOrTwo(parts.second);
    case 'Z':
      if (count === 1) return instant.offset === 0 ? 'Z' : zoneText(instant.offset, ':');
      if (count === 3) return instant.offset === 0 ? 'UTC' : zoneText(instant.offset, '');
      return count === 4 ? zoneText(instant.offset, '') : count === 5 ? zoneText(instant.offset, ':') : undefined;
    default:
      return undefined;
  }
}

function formatDate(format: string, instant: Instant): string {
  let result = '';
  for (const [token] of format.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token.startsWith("'")) {
      if (token.length === 1 || !token.endsWith("'")) throw new FunctionError("unterminated literal '", 0);
      result += token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'");
    } else if (/^[A-Za-z]/.test(token)) {
      const written = verbText(token, instant);
      if (written === undefined) throw new FunctionError(`invalid date format verb ${quoteText(token)}`, 0);
      result += written;
    } else result += token;
  }
  return result;
}

function compareInstants(left: Instant, right: Instant): number {
  return left.nanoseconds < right.nanoseconds ? -1 : left.nanoseconds > right.nanoseconds ? 1 : 0;
}

const text = (name: string): Parameter => ({ name, type: STRING });

function atRunTime(name: string, message: string, parameters: readonly Parameter[] = [], variadic?: Parameter): FunctionDefinition {
  return { name, parameters, ...(variadic === undefined ? {} : { variadic }), returns: STRING, call: (): Value => unknownValue(STRING, { kind: 'time', message }) };
}

export const TIME_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'formatdate', parameters: [text('format'), text('time')], returns: STRING, call: ([format, time]) => stringValue(formatDate(textOf(format), parseTimestamp(textOf(time), 1))) },
  {
    name: 'timeadd',
    parameters: [text('timestamp'), text('duration')],
    returns: STRING,
    call: ([time, duration]) => {
      const instant = parseTimestamp(textOf(time), 0);
      return stringValue(formatTimestamp({ ...instant, nanoseconds: instant.nanoseconds + parseDuration(textOf(duration)) }));
    },
  },
  { name: 'timecmp', parameters: [text('timestamp_a'), text('timestamp_b')], returns: NUMBER, call: ([left, right]) => numberValue(compareInstants(parseTimestamp(textOf(left), 0), parseTimestamp(textOf(right), 1))) },
  atRunTime('timestamp', 'the time at which Terraform runs'),
  atRunTime('plantimestamp', 'the time at which Terraform plans'),
  atRunTime('uuid', 'a random identifier made when Terraform runs'),
  atRunTime('bcrypt', 'a hash with a random salt made when Terraform runs', [text('str')], { name: 'cost', type: NUMBER }),
];
