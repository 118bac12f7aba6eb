/** Environments: which exist, how far apart are they, and how carefully does a release come in? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { EnvironmentRow, EnvironmentsPage, MatrixRow, Placement } from '../../../src/api/contract/pages.ts';
import type { CsvColumn } from '../data/csv.ts';
import { environments } from '../data/reads.ts';
import { count } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field } from '../ui/field.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Loaded, Panel, Section } from '../ui/page.tsx';
import { Phase, State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import buttonStyles from '../ui/button.module.css';
import { CostOf } from './cost-of.tsx';
import { TrafficNumber } from './traffic-numbers.tsx';
import styles from './environments.module.css';

const route = getRouteApi('/environments');
const CRUMBS = [{ label: 'Environments' }];

export function EnvironmentsRoutePage() {
  return (
    <Loaded query={useQuery(environments())} crumbs={CRUMBS}>
      {(data) => <EnvironmentsView data={data} />}
    </Loaded>
  );
}

function EnvironmentsView({ data }: { data: EnvironmentsPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const words = (search.q ?? '').toLowerCase();
  const shown = data.services.filter((row) => words === '' || `${row.service} ${row.namespace} ${row.owner ?? ''}`.toLowerCase().includes(words));
  const settings = (
    <Section title="Settings" note="How a release comes in">
      <div className={styles.settings}>
        {data.environments.map((environment) => (
          <Settings key={environment.name} environment={environment} />
        ))}
      </div>
    </Section>
  );
  return (
    <>
      <ListPage
        crumbs={CRUMBS}
        title={data.title}
        tab="Environments"
        lead="A release is verified in one environment before it comes to the next; the same hash, never a rebuild."
        cli="roadbed get environments"
        noun={['service', 'services']}
        rows={data.services}
        shown={shown}
        onClear={() => void navigate({ search: {}, replace: true })}
        csv={{ name: 'environments', columns: columnsOf(data) }}
        empty={<Empty kind="not-connected" title="No service runs in any environment yet" text="The first release of a service takes its place in the first environment by itself." action={{ label: 'Make a service', to: '/new' }} command="roadbed new hello --template node-service" />}
        filters={<Field label="Filter the services" hideLabel kind="search" search placeholder="Filter by service, team or owner" value={search.q ?? ''} onChange={(q) => void navigate({ search: q === '' ? {} : { q }, replace: true })} />}
      >
        {(rows) => <Matrix data={data} rows={rows} />}
      </ListPage>
      {settings}
    </>
  );
}

function columnsOf(data: EnvironmentsPage): CsvColumn<MatrixRow>[] {
  const cell = (row: MatrixRow, environment: string): Placement | undefined => row.cells.find((candidate) => candidate.environment === environment);
  return [
    { label: 'service', value: (row) => row.service }, { label: 'team', value: (row) => row.namespace }, { label: 'owner', value: (row) => row.owner },
    ...data.environments.flatMap(({ name }): CsvColumn<MatrixRow>[] => [
      { label: `${name} release`, value: (row) => cell(row, name)?.release?.hash }, { label: `${name} state`, value: (row) => cell(row, name)?.rollout?.status?.phase }, { label: `${name} behind`, value: (row) => cell(row, name)?.behind },
    ]),
  ];
}

function Matrix({ data, rows }: { data: EnvironmentsPage; rows: readonly MatrixRow[] }) {
  return (
    <Table caption="Versions by service and environment" columns={[{ label: 'Service' }, ...data.environments.map((environment) => ({ label: environment.name }))]}>
      {rows.map((row) => (
        <tr key={`${row.namespace}/${row.service}`}>
          <td className={table.tight}>
            <Link to="/services/$namespace/$service" params={{ namespace: row.namespace, service: row.service }} className={table.main} data-row-link="">
              {row.service}
            </Link>
            <span className={`${table.sub} ${table.clip}`} title={row.owner}>{row.owner ?? row.namespace}</span>
          </td>
          {row.cells.map((cell) => (
            <Cell key={cell.environment} cell={cell} row={row} />
          ))}
        </tr>
      ))}
    </Table>
  );
}

function Cell({ cell, row }: { cell: Placement; row: MatrixRow }) {
  const { rollout, release, candidate } = cell;
  if (rollout === undefined) return <td><span className={table.soft}>not here yet</span></td>;
  const behind = cell.behind ?? 0;
  const { namespace, service } = row;
  return (
    <td>
      <div className={styles.cell}>
        <div className={styles.words}>
          <span className={styles.line}>
            <Link to="/rollouts/$namespace/$name" params={{ namespace, name: rollout.metadata.name }} className={styles.version}>
              <code>{release?.hash.slice(7, 15) ?? 'unknown'}</code>
            </Link>
            <Phase phase={rollout.status?.phase} plain />
            {cell.holds.length > 0 ? <State tone="hold" plain>Held</State> : null}
          </span>
          <span className={styles.subject} title={release?.subject}>{release?.subject ?? rollout.status?.message ?? ''}</span>
          <span className={table.sub}>
            {behind === 0 ? 'newest' : `${count(behind, 'release')} behind`}
            {cell.pulse === undefined ? '' : <>, <TrafficNumber pulse={cell.pulse} namespace={namespace} service={service} environment={cell.environment} number="rate" /></>}
            {cell.pulse?.errorShare === undefined ? '' : <>, <TrafficNumber pulse={cell.pulse} namespace={namespace} service={service} environment={cell.environment} number="failed" /> failed</>}
            {rollout.status?.stable === undefined ? null : <>, <Age at={rollout.status.stable.since} suffix="old" /></>}
          </span>
        </div>
        {candidate !== undefined && cell.promote.disabledReason === undefined && behind > 0 ? (
          <Action operation="promote" label="Promote" title={`Promote ${service} to ${cell.environment}`} explanation={`"${candidate.subject}" by ${candidate.author} comes to ${cell.environment} in the steps of its strategy.`} args={{ namespace, service, environment: cell.environment, release: candidate.name }} cli={`roadbed promote ${service} --to ${cell.environment} --namespace ${namespace}`} />
        ) : null}
      </div>
    </td>
  );
}

function Settings({ environment }: { environment: EnvironmentRow }) {
  const { name } = environment;
  return (
    <Panel>
      <div className={styles.head}>
        <h3>
          <Link to="/environments/$name" params={{ name }}>{name}</Link>
        </h3>
        {environment.production ? <State tone="run" plain>Production</State> : null}
      </div>
      {environment.description === undefined ? null : <p className={styles.about}>{environment.description}</p>}
      <dl className={styles.list}>
        <div><dt>Takes releases from</dt><dd>{environment.promotesFrom ?? 'the pipeline'}</dd></div>
        <div><dt>Promotes by itself</dt><dd>{environment.autoPromote ? 'yes' : 'no, a person decides'}</dd></div>
        <div><dt>Rolls back by itself</dt><dd>{environment.autoRollback ? 'yes' : 'no'}</dd></div>
        <div><dt>Strategy</dt><dd>{environment.strategy}</dd></div>
        <div><dt>Services</dt><dd>{environment.services}, listed above</dd></div>
        <div><dt>Costs</dt><dd><CostOf search={{ by: 'environment' }} group={name} label={name} /></dd></div>
      </dl>
      <div className={styles.foot}>
        <Link to="/environments/$name" params={{ name }} className={buttonStyles.button}>
          Change the settings<span className="unseen"> of {name}</span>
        </Link>
        <CopyCli command={`roadbed get environment ${name} --json`} />
      </div>
    </Panel>
  );
}
