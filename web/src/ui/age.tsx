/** Every time has its age and, on hover and for readers, its exact moment. */
import { useNow } from '../data/clock.ts';
import { age, duration, exactTime } from '../data/wording.ts';

export function Age({ at, suffix = 'ago', prefix = '' }: { at: string; suffix?: string; prefix?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {prefix}
      {suffix === 'ago' && now - Date.parse(at) < 3_000 ? 'just now' : `${age(now - Date.parse(at))}${suffix === '' ? '' : ` ${suffix}`}`}
    </time>
  );
}

/** From `from` until `to`, or until now while it goes on. */
export function Elapsed({ from, to }: { from: string; to?: string | undefined }) {
  const now = useNow();
  const end = to === undefined ? Math.max(now, Date.parse(from)) : Date.parse(to);
  return (
    <time dateTime={`PT${((end - Date.parse(from)) / 1000).toFixed(3)}S`} title={`since ${exactTime(from)}`}>
      {duration(end - Date.parse(from))}
    </time>
  );
}
