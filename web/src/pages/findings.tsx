/** Findings: what is wasteful, drifted or wrong in what we run, worth how much, and who lives with it? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { FindingsPage } from '../../../src/api/contract/findings-page.ts';
import { changedSearch } from '../data/address.ts';
import { findings } from '../data/reads.ts';
import { count, money } from '../data/wording.ts';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, Field, FilterBar } from '../ui/field.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { Loaded, PageHead, Panel } from '../ui/page.tsx';
import { FindingDialog } from './finding-details.tsx';
import { FindingsTable } from './findings-table.tsx';
import styles from './findings.module.css';

const route = getRouteApi('/findings');
const CRUMBS = [{ label: 'Findings' }];
const AREAS: [string, string][] = [['', 'All areas'], ['waste', 'Waste'], ['drift', 'Drift'], ['cost', 'Cost'], ['security', 'Security'], ['compliance', 'Compliance'], ['sizing', 'Sizing'], ['reliability', 'Reliability']];
const SEVERITIES: [string, string][] = [['', 'All severities'], ['critical,high', 'High and worse'], ['critical,high,medium', 'Medium and worse'], ['low,info', 'Low and information']];
const STATES: [string, string][] = [['', 'Open'], ['accepted', 'Accepted'], ['resolved', 'Resolved'], ['open,accepted,resolved', 'In every state']];
const ORDERS: [string, string][] = [['', 'Worst first'], ['saving', 'Largest saving first'], ['newest', 'Newest first']];

export function FindingsRoutePage() {
  const { finding: _, team, ...search } = route.useSearch();
  return (
    <Loaded query={useQuery(findings({ ...search, namespace: team }))} crumbs={CRUMBS}>
      {(data) => <FindingsView data={data} />}
    </Loaded>
  );
}

function title({ open, looked }: FindingsPage): string {
  if (looked.states === 0 && open.count === 0) return 'Nothing has been looked at for findings yet';
  if (open.count === 0) return 'No finding is open';
  const savings = open.savings.map(({ monthly, currency }) => money(monthly, currency));
  const whole = count(open.count, 'finding');
  const severe = (open.bySeverity['critical'] ?? 0) + (open.bySeverity['high'] ?? 0);
  return `${whole} ${open.count === 1 ? 'is' : 'are'} open${severe === 0 ? '' : `, ${severe.toLocaleString('en')} of them severe`}${savings.length === 0 ? '' : `; ${savings.join(' and ')} a month could be saved`}`;
}

function FindingsView({ data }: { data: FindingsPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => changedSearch(present, change), replace: true, resetScroll: false });
  const { finding: chosen, ...filters } = search;
  const shown = data.findings.find((one) => `${one.namespace}/${one.fingerprint}` === chosen);
  const never = data.looked.states === 0 && data.open.count === 0 && Object.keys(filters).length === 0;
  const query = new URLSearchParams(Object.entries({ ...filters, team: undefined, namespace: filters.team }).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value]])));
  return (
    <>
      <PageHead
        crumbs={CRUMBS}
        title={title(data)}
        tab="Findings"
        lead={data.looked.states === 0 ? 'One list of everything that analyses find: waste, drift, cost, and more as they come.' : `From ${count(data.looked.states, 'state')} with ${count(data.looked.resources, 'resource')}, by ${count(data.looked.rules, 'rule')} over all states and by comparison with the code.`}
        actions={never ? null : (
          <>
            <span className={styles.saved}>
              {(['csv', 'json', 'sarif'] as const).map((format) => <a key={format} href={`/roadbed/v1/findings/file?${new URLSearchParams([...query, ['format', format]])}`} download=""><Glyph name="download" size={13} /> {format === 'sarif' ? 'SARIF' : format.toUpperCase()}</a>)}
            </span>
            <CopyCli command="roadbed finding list" />
          </>
        )}
      />
      {never ? (
        <Panel flush>
          <Empty kind="not-connected" title="No state was pushed yet" text="Findings come from Terraform states, among others. Let the pipeline push one after every apply: the platform keeps no secret of it, and finds waste, drift and cost. On your machine, roadbed state does the same." command="terraform state pull | roadbed state push - --root NAME -n TEAM" action={{ label: 'Look at the roots', to: '/infrastructure' }} />
        </Panel>
      ) : (
        <>
          <FilterBar note={`${data.totals.count.toLocaleString('en')} found`}>
            <Field label="Filter the findings" hideLabel kind="search" search placeholder="Filter by address, title or words" value={search.q ?? ''} onChange={(q) => set({ q })} />
            <Choice label="Area" hideLabel value={search.area ?? ''} options={AREAS} onChange={(area) => set({ area })} />
            <Choice label="Severity" hideLabel value={search.severity ?? ''} options={SEVERITIES} onChange={(severity) => set({ severity })} />
            <Choice label="Where" hideLabel value={search.source ?? ''} options={[['', 'Everywhere'], ...data.sources.map((name): [string, string] => [name, name])]} onChange={(source) => set({ source })} />
            <Choice label="Rule" hideLabel value={search.rule ?? ''} options={[['', 'All rules'], ...data.rules.map((name): [string, string] => [name, name])]} onChange={(rule) => set({ rule })} />
            <Choice label="State" hideLabel value={search.state ?? ''} options={STATES} onChange={(state) => set({ state })} />
            <Choice label="Order" hideLabel value={search.order ?? ''} options={ORDERS} onChange={(order) => set({ order })} />
          </FilterBar>
          {data.findings.length === 0 ? (
            <Panel flush>
              {Object.keys(filters).length === 0
                ? <Empty kind="all-clear" title="Nothing is open" text="All rules and comparisons have run, and what they found is resolved or accepted." checkedAt={data.looked.at ?? data.at} />
                : <Empty kind="filtered" title="No finding matches the filter" text={`${count(data.open.count, 'open finding')} without it.`} onClear={() => void navigate({ search: {}, replace: true })} />}
            </Panel>
          ) : (
            <FindingsTable
              findings={data.findings}
              caption="Findings"
              link={(finding, children, className) => (
                <Link to="/findings" search={(present) => ({ ...present, finding: `${finding.namespace}/${finding.fingerprint}` })} resetScroll={false} className={className} data-row-link="">{children}</Link>
              )}
            />
          )}
          {data.more === 0 ? null : <p className={styles.more}>{data.more.toLocaleString('en')} more are not listed: narrow the filter, or save them as a file.</p>}
        </>
      )}
      {shown === undefined ? null : <FindingDialog finding={shown} onClose={() => void navigate({ search: (present) => changedSearch(present, { finding: undefined }), replace: true, resetScroll: false })} />}
    </>
  );
}
