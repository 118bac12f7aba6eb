/** The month in three numbers, each with its evidence. */
import type { ReactNode } from 'react';
import type { CostPage } from '../../../src/api/contract/cost-page.ts';
import { money } from '../data/wording.ts';
import { Evidence } from '../ui/evidence.tsx';
import { changeWords, monthName } from './cost-words.ts';
import styles from './cost.module.css';

export function CostMonth({ data }: { data: CostPage }) {
  const { month, currency, forecast, savings } = data;
  const before = sumOf(data.groups.map((group) => group.before));
  const than = changeWords(month.soFar, before);
  const incomplete = data.groups.filter((group) => group.incomplete).length;
  const estimated = data.groups.some((group) => group.estimated);
  return (
    <dl className={styles.numbers}>
      <Figure label={`${monthName(month.month)} so far`} note={than === undefined ? undefined : `${than} ${than === 'as much' ? 'as' : 'than'} in the same days before`}>
        {month.soFar === undefined ? 'not known' : (
          <Evidence label={`Cost of ${monthName(month.month)} so far`} facts={[['Exactly', `${month.soFar} ${currency}`], ['Same days before', before === undefined ? 'not recorded' : money(before, currency)], ['Groups', String(data.groups.length)], ['Rates', estimated ? 'some are estimated: not what is paid here' : 'as they are paid here']]} about={incomplete === 0 ? 'The sum of all amounts below; today is counted as far as it is over.' : `The sum of all amounts below. ${incomplete} of ${data.groups.length} have parts without an amount, so it is the least it can be.`}>
            {`${incomplete > 0 ? 'at least ' : ''}${money(month.soFar, currency)}`}
          </Evidence>
        )}
      </Figure>
      <Figure label={`${monthName(month.month)} as forecast`} note={month.expected === undefined ? (forecast.state === 'noData' ? forecast.reason : undefined) : `between ${money(month.expected.low, currency)} and ${money(month.expected.high, currency)}`}>
        {month.expected === undefined ? 'no forecast' : (
          <Evidence label={`Forecast of ${monthName(month.month)}`} facts={[['Value', `${month.expected.value} ${currency}`], ['Band', `${money(month.expected.low, currency)} to ${money(month.expected.high, currency)}`], ['The month before', month.previous === undefined ? 'not recorded' : money(month.previous, currency)]]} about={forecast.state === 'ready' ? forecast.method : ''}>
            {money(month.expected.value, currency)}
          </Evidence>
        )}
      </Figure>
      <Figure label="The month before" note={month.previous === undefined ? 'there is no whole month before this one' : undefined}>{month.previous === undefined ? 'not recorded' : money(month.previous, currency)}</Figure>
      <Figure label="Could be saved a month" note={savings.count === 0 ? 'no open findings' : `${savings.unpriced === 0 ? '' : `${savings.unpriced} more with an unknown price; `}in Terraform states`}>
        {savings.totals.length === 0 ? 'nothing known' : savings.totals.map((total) => money(total.monthly, total.currency)).join(' + ')}
      </Figure>
    </dl>
  );
}

function Figure({ label, note, children }: { label: string; note: string | undefined; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={styles.number}>{children}</dd>
      {note === undefined ? null : <dd className={styles.about}>{note}</dd>}
    </div>
  );
}

/** For a comparison in words only: exact sums come from the server. */
function sumOf(amounts: readonly (string | undefined)[]): string | undefined {
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? undefined : String(known.reduce((sum, amount) => sum + Number(amount), 0));
}
