/** Numbers and times in words. Pure. */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 s`, `4 min`, `3 h`, `9 d`; one unit, for ages. */
export function age(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} d`;
}

/** `412 ms`, `3.2 s`, `4 min 12 s`; for durations that were measured. */
export function duration(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  if (span < MINUTE) return `${Math.round(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min ${Math.round((span % MINUTE) / SECOND)} s`;
  return `${Math.floor(span / HOUR)} h ${Math.round((span % HOUR) / MINUTE)} min`;
}

/** `11.8 %`, `0.2 %`, `0 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value < 0.05) return '<0.1 %';
  return `${value >= 99.95 ? '100' : value.toFixed(1)} %`;
}

export function millis(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** `138/s`, `0.4/s`. */
export function rate(perSecond: number): string {
  return `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}

/** Local date and time to the second, with the zone. */
export function exactTime(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' });
}

/** `14:02:11`, or with the day when it is not today. */
export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB');
}

/** `user:mara` reads `mara`. */
export function person(subject: string): string {
  return subject.replace(/^(user|service):/, '');
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** `14 Nov`, of a day as `2026-11-14`. */
export function dayWords(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `1,234.50 USD`, of an exact decimal; small amounts keep the digits that say something. */
export function money(amount: string, currency: string): string {
  const value = Number(amount);
  const digits = value !== 0 && Math.abs(value) < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `${value.toLocaleString('en', digits)} ${currency}`;
}
