/** Delivery: how fast and how safely do changes reach users? Five metrics and every deployment they rest on. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { DeploysPage } from '../../../src/api/contract/pages.ts';
import type { Tone } from '../../../src/api/contract/pages.ts';
import type { CsvColumn } from '../data/csv.ts';
import { deliveryMetrics, deploys } from '../data/reads.ts';
import { count } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Loaded, Panel } from '../ui/page.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { DeliveryMetricsView } from './receipt-metrics.tsx';
import styles from './delivery.module.css';

const route = getRouteApi('/delivery');
const CRUMBS = [{ label: 'Delivery metrics' }];

type Row = DeploysPage['deploys'][number];

const OUTCOMES: Readonly<Record<Row['outcome'], [Tone, string]>> = { deployed: ['ok', 'Deployed'], returned: ['bad', 'Returned'], started: ['idle', 'First traffic'], removed: ['idle', 'Removed'] };

const COLUMNS: CsvColumn<Row>[] = [
  { label: 'at', value: (row) => row.at }, { label: 'service', value: (row) => row.service }, { label: 'team', value: (row) => row.namespace }, { label: 'environment', value: (row) => row.environment },
  { label: 'outcome', value: (row) => row.outcome }, { label: 'release', value: (row) => row.release }, { label: 'sentence', value: (row) => row.sentence }, { label: 'chain', value: (row) => row.chain },
];

export function DeliveryRoutePage() {
  return (
    <Loaded query={useQuery(deploys())} crumbs={CRUMBS}>
      {(data) => <DeliveryView data={data} />}
    </Loaded>
  );
}

function title({ deploys: rows }: DeploysPage): string {
  const deployed = rows.filter((row) => row.outcome === 'deployed').length;
  const returned = rows.filter((row) => row.outcome === 'returned').length;
  if (rows.length === 0) return 'Nothing was deployed in seven days';
  return `${count(deployed, 'deployment')} in seven days, ${returned === 0 ? 'none returned' : returned === 1 ? 'one release returned' : `${returned} releases returned`}`;
}

function DeliveryView({ data }: { data: DeploysPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const metrics = useQuery(deliveryMetrics()).data;
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => Object.fromEntries(Object.entries({ ...present, ...change }).filter(([, value]) => value !== '' && value !== undefined)), replace: true, resetScroll: false });
  const words = (search.q ?? '').toLowerCase();
  const shown = data.deploys.filter((row) => (search.day === undefined || row.at.startsWith(search.day)) && (search.outcome ?? row.outcome) === row.outcome && (words === '' || `${row.service} ${row.environment} ${row.release} ${row.sentence}`.toLowerCase().includes(words)));
  const days = [...new Set(data.deploys.map((row) => row.at.slice(0, 10)))];
  if (search.day !== undefined && !days.includes(search.day)) days.push(search.day);
  return (
    <ListPage
      crumbs={CRUMBS}
      title={title(data)}
      tab="Delivery metrics"
      lead="Computed from the event log; press a metric for the rows that it rests on. Days are UTC."
      cli="roadbed audit list --kind service."
      noun={['deployment event', 'deployment events']}
      rows={data.deploys}
      shown={shown}
      onClear={() => void navigate({ search: {}, replace: true })}
      csv={{ name: 'deployments', columns: COLUMNS }}
      empty={<Empty kind="not-connected" title="No deployment in the last seven days" text="A release that reaches an environment leaves a row here, and so does one that is returned." action={{ label: 'Make a service', to: '/new' }} />}
      filters={
        <>
          <Field label="Filter the deployments" hideLabel kind="search" search placeholder="Filter by service, environment or release" value={search.q ?? ''} onChange={(q) => set({ q })} />
          <Choice label="Outcome" hideLabel value={search.outcome ?? ''} options={[['', 'All outcomes'], ...Object.entries(OUTCOMES).map(([key, [, word]]): [string, string] => [key, word])]} onChange={(outcome) => set({ outcome })} />
          <Choice label="Day" hideLabel value={search.day ?? ''} options={[['', 'All seven days'], ...days.toSorted().toReversed().map((day): [string, string] => [day, day])]} onChange={(day) => set({ day })} />
        </>
      }
      above={
        metrics === undefined ? null : (
          <div className={styles.metrics}>
            <Panel flush>
              <DeliveryMetricsView metrics={metrics} chosen={search.metric} onChoose={(metric) => set({ metric: metric ?? '' })} />
            </Panel>
            <p className={styles.scope}>Of {metrics.scope}, the last thirty days.</p>
          </div>
        )
      }
    >
      {(rows) => <Deployments rows={rows} />}
    </ListPage>
  );
}

function Deployments({ rows }: { rows: readonly Row[] }) {
  return (
    <Table caption="Deployments" columns={[{ label: 'Service' }, { label: 'Outcome' }, { label: 'What happened' }, { label: 'Evidence' }, { label: 'When', number: true }]}>
      {rows.map((row) => (
        <tr key={`${row.at}${row.service}${row.environment}${row.outcome}`}>
          <td className={table.tight}>
            {row.namespace === undefined ? (
              <span className={table.main}>{row.service}</span>
            ) : (
              <Link to="/rollouts/$namespace/$name" params={{ namespace: row.namespace, name: `${row.service}.${row.environment}` }} className={table.main} data-row-link="">
                {row.service}
              </Link>
            )}
            <span className={table.sub}>{row.environment}</span>
          </td>
          <td className={table.tight}>
            <State tone={OUTCOMES[row.outcome][0]} plain>{OUTCOMES[row.outcome][1]}</State>
          </td>
          <td className={table.sentence}>
            {row.sentence}
          </td>
          <td className={table.tight}>
            <Link to="/audit" search={{ chain: row.chain }}>Log rows</Link>
          </td>
          <td className={table.number}>
            <Age at={row.at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
