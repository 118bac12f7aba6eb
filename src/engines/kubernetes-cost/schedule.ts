/**
 * How often a CronJob runs in a month: the minutes of a year that its schedule names, divided by twelve.
 *
 * Day of month and day of week are or-ed when both are given, as cron does. A year of 365 days has 730 hours twelve
 * times, the month that all prices here are of.
 */
import { Decimal, decimal } from '../../domain/money.ts';

const NAMED: Readonly<Record<string, string>> = { '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *' };
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TWELVE = decimal(12);

/** Runs a month, six digits; undefined for what is no schedule. */
export function runsAMonth(schedule: string): Decimal | undefined {
  const text = schedule.trim().toLowerCase().replace(/^(cron_)?tz=\S+\s+/, '');
  const fields = (NAMED[text] ?? text).split(/\s+/);
  if (fields.length !== 5 || text.length > 200) return undefined;
  const [minutes, hours, days, months, weekdays] = [valuesOf(fields[0], 0, 59), valuesOf(fields[1], 0, 23), valuesOf(fields[2], 1, 31), valuesOf(fields[3], 1, 12, MONTHS), valuesOf(fields[4], 0, 7, DAYS)];
  if (minutes === undefined || hours === undefined || days === undefined || months === undefined || weekdays === undefined) return undefined;
  const either = !/^[*?]/.test(fields[2] ?? '') && !/^[*?]/.test(fields[4] ?? '');
  let count = 0;
  // 1 January of a year that begins on a Thursday, as 2026 does: weekdays are spread evenly over a year but for one.
  let weekday = 4;
  for (const [month, length] of DAYS_OF_MONTH.entries()) {
    for (let day = 1; day <= length; day += 1, weekday = (weekday + 1) % 7) {
      const onDay = days.has(day);
      const onWeekday = weekdays.has(weekday) || (weekday === 0 && weekdays.has(7));
      if (months.has(month + 1) && (either ? onDay || onWeekday : onDay && onWeekday)) count += 1;
    }
  }
  return decimal(count * minutes.size * hours.size).dividedBy(TWELVE, 6);
}

function valuesOf(text: string | undefined, low: number, high: number, names: readonly string[] = []): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const [from = '', to] = range.split('-');
    const number = (word: string): number => (names.includes(word) ? names.indexOf(word) + (low === 1 ? 1 : 0) : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN);
    const all = from === '*' || from === '?';
    const first = all ? low : number(from);
    const last = all ? high : to === undefined ? (part.includes('/') ? high : first) : number(to);
    if (!(first >= low && last <= high && first <= last) || Number(step) < 1) return undefined;
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}
