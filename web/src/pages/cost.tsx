/** Cost: what is spent, by whom, what will this month come to, and what would we save? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { COST_GROUPINGS } from '../../../src/api/contract/cost-page.ts';
import type { CostGrouping, CostPage } from '../../../src/api/contract/cost-page.ts';
import { StackedArea } from '../charts/stacked-area.tsx';
import { changedSearch } from '../data/address.ts';
import { cost } from '../data/reads.ts';
import { count, money } from '../data/wording.ts';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, FilterBar } from '../ui/field.tsx';
import { Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { CostAnomalies } from './cost-anomalies.tsx';
import { CostGroups } from './cost-groups.tsx';
import { CostLines } from './cost-lines.tsx';
import { CostMonth } from './cost-month.tsx';
import { CostSavings } from './cost-savings.tsx';
import { daysToCome, monthName, rateOf, sentenceOf } from './cost-words.ts';
import styles from './cost.module.css';

const route = getRouteApi('/cost');
const CRUMBS = [{ label: 'Cost' }];
const SOURCES = { running: 'What our environments cost', bill: 'What providers charged' } as const;
export const GROUPING_WORDS: Readonly<Record<CostGrouping, string>> = { team: 'team', service: 'service', environment: 'environment', category: 'category' };
const SPANS: [string, string][] = [['7', '7 days'], ['30', '30 days'], ['90', '90 days'], ['180', '180 days']];

export function CostRoutePage() {
  const search = route.useSearch();
  return (
    <Loaded query={useQuery(cost(search))} crumbs={CRUMBS}>
      {(data) => <CostView data={data} />}
    </Loaded>
  );
}

/** The answer first: this month, and what it will come to. */
function title({ month, currency, source, groups }: CostPage): string {
  const what = source === 'bill' ? 'charged' : 'spent';
  if (month.soFar === undefined) return `Nothing is known to be ${what} in ${monthName(month.month)}`;
  const spent = `${money(month.soFar, currency)} ${what} in ${monthName(month.month)} so far`;
  if (month.expected !== undefined) return `${spent}, about ${money(month.expected.value, currency)} by its end`;
  const rate = rateOf(groups);
  return rate === undefined ? spent : `${spent}; ${money(rate, currency)} a month at the rates of now`;
}

function CostView({ data }: { data: CostPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => changedSearch(present, change), replace: true, resetScroll: false });
  const source = data.sources.find((one) => one.source === data.source);
  const only = [search.team, search.service, search.environment].filter((one) => one !== undefined);
  const nothing = data.groups.length === 0;
  const days = [...data.days, ...daysToCome(data).map(({ day }) => day)];
  const coming = data.forecast.state === 'ready' ? data.forecast.days.filter(({ day }) => days.includes(day)) : [];
  return (
    <>
      <PageHead
        crumbs={only.length === 0 ? CRUMBS : [{ label: 'Cost', to: '/cost' }, { label: only.join(', ') }]}
        title={title(data)}
        tab="Cost"
        lead={data.source === 'running' ? 'What the environments of this platform cost by the resources that they ask for and the rates that are set; recorded every five minutes. Days are UTC.' : 'What providers charged, from bills in the FOCUS format: the amortised cost, given to teams by tags and the allocation rules. Days are UTC.'}
        {...(data.source === 'bill' ? { actions: <CopyCli command={`roadbed bills show --by ${data.by === 'category' ? 'provider-service' : data.by}`} /> } : {})}
      />
      <FilterBar>
        <Choice label="Source" hideLabel value={data.source} options={Object.entries(SOURCES).map(([key, word]): [string, string] => [key, word])} onChange={(next) => set({ source: next, currency: '' })} />
        <Choice label="Grouped" hideLabel value={data.by} options={COST_GROUPINGS.map((by): [string, string] => [by, `By ${by === 'category' && data.source === 'bill' ? "provider's service" : GROUPING_WORDS[by]}`])} onChange={(by) => set({ by: by === 'service' ? '' : by })} />
        <Choice label="Time" hideLabel value={search.days ?? '30'} options={SPANS} onChange={(days) => set({ days: days === '30' ? '' : days })} />
        {data.currencies.length < 2 ? null : <Choice label="Currency" hideLabel value={data.currency} options={data.currencies.map((currency): [string, string] => [currency, `In ${currency}`])} onChange={(currency) => set({ currency })} />}
        {only.length === 0 ? null : <Button onPress={() => set({ team: '', service: '', environment: '' })}>Show everything again</Button>}
      </FilterBar>
      {nothing ? (
        <Panel flush>
          <Empty kind="not-connected" title={source?.none === undefined ? 'Nothing was spent that matches' : 'There is nothing to show yet'} text={source?.none ?? 'Neither in these days nor in the month before; choose a longer time, or show everything.'} {...(data.source === 'bill' ? { command: 'roadbed bills import bill.csv' } : { action: { label: 'Make a service', to: '/new' as const } })} />
        </Panel>
      ) : (
        <>
          <CostMonth data={data} />
          <Section title="Day by day">
            <Panel>
              <StackedArea
                title={`${data.source === 'bill' ? 'Charged' : 'Spent'} by day and ${GROUPING_WORDS[data.by]}`}
                sentence={sentenceOf(data)}
                days={days}
                layers={data.layers.map(({ label, amounts }) => ({ label, values: amounts.map((amount) => (amount === null ? undefined : Number(amount))) }))}
                forecast={{ first: Math.max(0, days.indexOf(coming[0]?.day ?? '')), days: coming.map(({ value, low, high }) => ({ value: Number(value), low: Number(low), high: Number(high) })) }}
                format={(value) => money(String(value), data.currency)}
                unit={data.currency}
              />
              {data.forecast.state === 'noData' ? <p className={styles.note}>No forecast: {data.forecast.reason}</p> : <p className={styles.note}>{data.forecast.method}</p>}
              {data.gaps.length === 0 ? null : <p className={styles.note}>{count(data.gaps.length, 'gap')} in the recording: the platform was not running then, and what ran meanwhile is not counted.</p>}
            </Panel>
          </Section>
          <CostGroups data={data} onOpen={set} />
          {data.source === 'bill' ? <CostAnomalies /> : null}
          {data.lines.length === 0 ? null : <CostLines lines={data.lines} currency={data.currency} />}
        </>
      )}
      <Section title="What would be saved" note={data.savings.count === 0 ? undefined : 'Of all open findings in Terraform states that you may read; of several for one resource the largest is counted'}>
        <CostSavings savings={data.savings} />
      </Section>
    </>
  );
}
