/** A measured time that opens to its two ends. */
import type { ReactNode } from 'react';
import { exactTime } from '../data/wording.ts';
import { Elapsed } from './age.tsx';
import { Evidence } from './evidence.tsx';

export function Duration({ label, from, to, links }: { label: string; from: string; to?: string | undefined; links?: ReactNode }) {
  return (
    <Evidence label={label} facts={[['Began', exactTime(from)], ['Ended', to === undefined ? 'goes on' : exactTime(to)], ['Source', 'the object\'s status, by the platform\'s clock']]} {...(links === undefined ? {} : { links })}>
      <Elapsed from={from} to={to} />
    </Evidence>
  );
}
