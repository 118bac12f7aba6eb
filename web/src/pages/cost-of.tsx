/** What one environment or service costs a month at the rate of now, and the way to the Cost page that says why. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { cost } from '../data/reads.ts';
import { money } from '../data/wording.ts';
import { rateOf } from './cost-words.ts';

/** `group`: one group of the answer; absent: all of them. */
export function CostOf({ search, group, label }: { search: { by: string; team?: string; service?: string; environment?: string }; group?: string; label: string }) {
  const asked = useQuery(cost({ ...search, source: 'running', days: '7' }));
  if (asked.data === undefined) return <>{asked.isError ? 'could not be read' : 'being read'}</>;
  const groups = asked.data.groups.filter((one) => group === undefined || one.key === group);
  const rate = rateOf(groups);
  const shown = { ...search, ...(group === undefined ? {} : { [search.by]: group, by: 'service' }) };
  return (
    <Link to="/cost" search={shown}>
      {rate === undefined ? 'not known yet' : `${groups.some((one) => one.incomplete) ? 'at least ' : ''}${money(rate, asked.data.currency)} a month`}
      <span className="unseen">: cost of {label}</span>
    </Link>
  );
}
