/** Pipelines: where is each change, and where does one wait? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { PipelineRunRow, PipelinesPage } from '../../../src/api/contract/pages.ts';
import type { CsvColumn } from '../data/csv.ts';
import { pipelines } from '../data/reads.ts';
import { count, person, shortCommit } from '../data/wording.ts';
import { Age, Elapsed } from '../ui/age.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Loaded } from '../ui/page.tsx';
import { Phase } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { StepDots } from './step-dots.tsx';

const route = getRouteApi('/pipelines');
const CRUMBS = [{ label: 'Pipelines' }];

export function PipelinesListPage() {
  return (
    <Loaded query={useQuery(pipelines())} crumbs={CRUMBS}>
      {(data) => <PipelinesView data={data} />}
    </Loaded>
  );
}

function title({ runs }: PipelinesPage): string {
  const open = runs.filter(({ run }) => run.status?.phase === 'Running' || run.status?.phase === 'Pending' || run.status === undefined).length;
  const newest = new Map<string, PipelineRunRow>();
  for (const row of runs) if (!newest.has(row.run.spec.repository)) newest.set(row.run.spec.repository, row);
  const broken = [...newest.values()].filter(({ run }) => run.status?.phase === 'Failed').map(({ run }) => run.spec.repository);
  if (runs.length === 0) return 'No pipeline has run yet';
  const moving = open === 0 ? '' : `, ${count(open, 'run')} under way`;
  if (broken.length > 0) return `${broken.length === 1 ? `${broken[0]} is broken` : `${broken.length} of ${newest.size} repositories are broken`}${moving}`;
  return `All ${newest.size} repositories build${moving}`;
}

function PipelinesView({ data }: { data: PipelinesPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => Object.fromEntries(Object.entries({ ...present, ...change }).filter(([, value]) => value !== '' && value !== undefined)), replace: true });
  const words = (search.q ?? '').toLowerCase();
  const shown = data.runs.filter(({ run, subject }) => (search.phase ?? run.status?.phase ?? 'Pending') === (run.status?.phase ?? 'Pending') && (search.day === undefined || (run.status?.finishedAt ?? run.metadata.creationTimestamp).startsWith(search.day)) && (words === '' || `${run.spec.repository} ${subject ?? ''} ${run.spec.commit}`.toLowerCase().includes(words)));
  return (
    <ListPage
      crumbs={CRUMBS}
      title={title(data)}
      tab="Pipelines"
      lead="A push builds, tests and packs one artifact; the same artifact goes through every environment."
      cli="roadbed pipeline list"
      noun={['run', 'runs']}
      rows={data.runs}
      shown={shown}
      onClear={() => void navigate({ search: {}, replace: true })}
      csv={{ name: 'pipeline runs', columns: COLUMNS }}
      empty={<Empty kind="not-connected" title="Nothing was pushed yet" text="A push to a repository that Roadbed serves or follows starts a run." action={{ label: 'Make a service', to: '/new' }} command="roadbed new hello --template node-service" />}
      filters={
        <>
          <Field label="Filter the runs" hideLabel kind="search" search placeholder="Filter by repository, change or commit" value={search.q ?? ''} onChange={(q) => set({ q })} />
          <Choice label="State" hideLabel value={search.phase ?? ''} options={[['', 'All states'], ['Running', 'Running'], ['Failed', 'Failed'], ['Succeeded', 'Passed'], ['Cancelled', 'Cancelled'], ['Superseded', 'Overtaken']]} onChange={(phase) => set({ phase })} />
          {search.day === undefined ? null : <Choice label="Day" hideLabel value={search.day} options={[['', 'All days'], [search.day, `ended ${search.day}`]]} onChange={(day) => set({ day })} />}
        </>
      }
    >
      {(rows) => <Runs rows={rows} />}
    </ListPage>
  );
}

const COLUMNS: CsvColumn<PipelineRunRow>[] = [
  { label: 'run', value: ({ run }) => run.metadata.name }, { label: 'team', value: ({ run }) => run.metadata.namespace }, { label: 'repository', value: ({ run }) => run.spec.repository }, { label: 'commit', value: ({ run }) => run.spec.commit }, { label: 'change', value: ({ subject }) => subject },
  { label: 'author', value: ({ author }) => author }, { label: 'state', value: ({ run }) => run.status?.phase ?? 'Pending' }, { label: 'created', value: ({ run }) => run.metadata.creationTimestamp }, { label: 'started', value: ({ run }) => run.status?.startedAt }, { label: 'finished', value: ({ run }) => run.status?.finishedAt },
  { label: 'release', value: ({ run }) => run.status?.release },
];

function Runs({ rows }: { rows: readonly PipelineRunRow[] }) {
  return (
    <Table caption="Pipeline runs" columns={[{ label: 'Change' }, { label: 'State' }, { label: 'Steps' }, { label: 'By' }, { label: 'Took', number: true }, { label: 'Began', number: true }]}>
      {rows.map(({ run, subject, author }) => (
        <tr key={`${run.metadata.namespace}/${run.metadata.name}`}>
          <td>
            <Link to="/pipelines/$namespace/$name" params={{ namespace: run.metadata.namespace ?? '', name: run.metadata.name }} className={table.main} data-row-link="">
              {subject ?? run.metadata.name}
            </Link>
            <span className={table.sub}>
              {run.spec.repository} <code>{shortCommit(run.spec.commit)}</code>
            </span>
          </td>
          <td className={table.tight}><Phase phase={run.status?.phase ?? 'Pending'} plain /></td>
          <td><StepDots steps={run.status?.steps ?? []} /></td>
          <td className={table.clip} title={author}>
            {author ?? person(run.spec.trigger.by)}
            <span className={table.sub}>{run.spec.trigger.kind}</span>
          </td>
          <td className={table.number}>{run.status?.startedAt === undefined ? '–' : <Link to="/pipelines/$namespace/$name" params={{ namespace: run.metadata.namespace ?? '', name: run.metadata.name }} className={table.figure}><Elapsed from={run.status.startedAt} to={run.status.finishedAt} /></Link>}</td>
          <td className={table.number}><Age at={run.metadata.creationTimestamp} /></td>
        </tr>
      ))}
    </Table>
  );
}
