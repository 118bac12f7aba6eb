/** Infrastructure: which clouds' roots do our repositories declare, and how much of them is understood? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { InfrastructurePage, RootRow } from '../../../src/api/contract/infrastructure-page.ts';
import { changedSearch } from '../data/address.ts';
import type { CsvColumn } from '../data/csv.ts';
import { infrastructure } from '../data/reads.ts';
import { count, shortCommit } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Loaded, Panel, Section } from '../ui/page.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import { ProblemList } from './infrastructure-problems.tsx';
import { coverageEvidence } from './infrastructure-coverage.tsx';
import table from '../ui/table.module.css';

const route = getRouteApi('/infrastructure');
const CRUMBS = [{ label: 'Infrastructure' }];

export function InfrastructureListPage() {
  return (
    <Loaded query={useQuery(infrastructure())} crumbs={CRUMBS}>
      {(data) => <InfrastructureView data={data} />}
    </Loaded>
  );
}

function stateOf({ reading, summary }: RootRow): 'reading' | 'failed' | 'problems' | 'ready' {
  if (reading.state !== 'ready') return reading.state;
  return (summary?.problems ?? 0) > 0 ? 'problems' : 'ready';
}

function title({ roots, repositories }: InfrastructurePage): string {
  const reading = [...roots, ...repositories].filter((one) => one.reading.state === 'reading').length;
  if (roots.length === 0) return reading > 0 ? `Looking for infrastructure in ${count(repositories.length, 'repository', 'repositories')}` : 'No repository has infrastructure code yet';
  const failed = roots.filter((row) => stateOf(row) === 'failed').length;
  const faulty = roots.filter((row) => stateOf(row) === 'problems').length;
  const resources = roots.reduce((sum, row) => sum + (row.summary?.resources ?? 0), 0);
  const whole = `${count(roots.length, 'root')} with ${count(resources, 'resource')}`;
  if (reading > 0) return `${whole} so far; ${reading} still being read`;
  if (failed > 0) return `${whole}; ${failed} could not be read`;
  if (faulty > 0) return `${whole}; ${faulty === 1 ? 'one has' : `${faulty} have`} problems`;
  const understood = roots.every(({ summary }) => summary !== undefined && summary.coverage.resourceBlocksUnderstood === summary.coverage.resourceBlocks && summary.coverage.opaqueModules === 0);
  return understood ? `${whole}, all understood` : whole;
}

const COLUMNS: CsvColumn<RootRow>[] = [
  { label: 'team', value: ({ root }) => root.namespace }, { label: 'repository', value: ({ root }) => root.repository }, { label: 'root', value: ({ root }) => root.name }, { label: 'path', value: ({ root }) => root.path }, { label: 'workspace', value: ({ root }) => root.workspace },
  { label: 'why', value: ({ root }) => root.reason }, { label: 'providers', value: ({ summary }) => summary?.providers.join(' ') }, { label: 'resources', value: ({ summary }) => summary?.resources }, { label: 'modules', value: ({ summary }) => summary?.modules },
  { label: 'resource blocks understood', value: ({ summary }) => summary?.coverage.resourceBlocksUnderstood }, { label: 'resource blocks', value: ({ summary }) => summary?.coverage.resourceBlocks }, { label: 'modules not here', value: ({ summary }) => summary?.coverage.opaqueModules }, { label: 'problems', value: ({ summary }) => summary?.problems },
  { label: 'state', value: stateOf }, { label: 'commit', value: ({ head }) => head.commit }, { label: 'changed', value: ({ head }) => head.committedAt },
];

function InfrastructureView({ data }: { data: InfrastructurePage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => changedSearch(present, change), replace: true });
  const words = (search.q ?? '').toLowerCase();
  const shown = data.roots
    .filter((row) => words === '' || [row.root.name, row.root.path, row.root.repository, row.root.namespace].some((text) => text.toLowerCase().includes(words)))
    .filter((row) => search.provider === undefined || row.summary?.providers.includes(search.provider) === true)
    .filter((row) => search.state === undefined || stateOf(row) === search.state);
  const providers = [...new Set(data.roots.flatMap((row) => row.summary?.providers ?? []))].toSorted();
  const faulty = data.repositories.filter((repository) => repository.problems.length > 0 || repository.reading.state === 'failed');
  return (
    <ListPage
      crumbs={CRUMBS}
      title={title(data)}
      tab="Infrastructure"
      lead="Root modules of Terraform and OpenTofu in the repositories, read from their code at the newest commit; no credentials, no provider, no plan."
      cli="roadbed docs ."
      noun={['root', 'roots']}
      rows={data.roots}
      shown={shown}
      onClear={() => void navigate({ search: {}, replace: true })}
      csv={{ name: 'infrastructure', columns: COLUMNS }}
      empty={<NoRoots data={data} />}
      filters={
        <>
          <Field label="Filter the roots" hideLabel kind="search" search placeholder="Filter by name, folder or repository" value={search.q ?? ''} onChange={(q) => set({ q })} />
          <Choice label="Provider" hideLabel value={search.provider ?? ''} options={[['', 'All providers'], ...providers.map((name): [string, string] => [name, name])]} onChange={(provider) => set({ provider })} />
          <Choice label="State" hideLabel value={search.state ?? ''} options={[['', 'All states'], ['ready', 'Understood'], ['problems', 'With problems'], ['failed', 'Could not be read'], ['reading', 'Being read']]} onChange={(state) => set({ state })} />
        </>
      }
      below={
        faulty.length === 0 ? null : (
          <Section title="Declarations with faults" note="Their roots are found by their code until the file is right">
            {faulty.map((repository) => (
              <Panel key={`${repository.namespace}/${repository.name}`} flush>
                <ProblemList label={`${repository.namespace}/${repository.name}`} problems={repository.problems} failure={repository.reading.state === 'failed' ? repository.reading.problem : undefined} />
              </Panel>
            ))}
          </Section>
        )
      }
    >
      {(rows) => <RootTable rows={rows} />}
    </ListPage>
  );
}

/** Why there is nothing, and what to do: nobody has to guess what was looked at. */
function NoRoots({ data: { repositories } }: { data: InfrastructurePage }) {
  const reading = repositories.filter((repository) => repository.reading.state === 'reading').length;
  if (reading > 0) return <Empty kind="not-connected" title="The repositories are being looked at" text={`${count(reading, 'repository', 'repositories')} of ${repositories.length.toLocaleString('en')} to go; this page shows what is found by itself.`} />;
  if (repositories.length === 0) return <Empty kind="not-connected" title="There is no repository that you may read" text="A repository with Terraform or OpenTofu code shows here after its first push. You may also look at a folder on your machine." command="roadbed docs . --format html --out infrastructure.html" action={{ label: 'Make a service', to: '/new' }} />;
  return (
    <Empty
      kind="not-connected"
      title={`${count(repositories.length, 'repository was', 'repositories were')} looked at; none has a root module`}
      text="Push a folder with a backend, or with a provider and resources, to one of them; or name its roots in roadbed.yaml: infrastructure: [{ path: infra/production }]."
      command="roadbed docs . --format html --out infrastructure.html"
    />
  );
}

function RootTable({ rows }: { rows: readonly RootRow[] }) {
  return (
    <Table caption="Root modules" columns={[{ label: 'Root' }, { label: 'Repository' }, { label: 'Providers' }, { label: 'Resources', number: true }, { label: 'Modules', number: true }, { label: 'Understood' }, { label: 'Code of' }]}>
      {rows.map((row) => {
        const { root, summary, head } = row;
        return (
          <tr key={`${root.namespace}/${root.repository}/${root.name}`}>
            <td>
              <Link to="/infrastructure/$namespace/$repository" params={{ namespace: root.namespace, repository: root.repository }} search={{ root: root.name }} className={table.main} data-row-link="">
                {root.name === '.' ? root.repository : root.name}
              </Link>
              <span className={table.sub} title={root.reason}>{[root.path === root.name || root.path === '.' ? undefined : root.path, root.workspace === undefined ? undefined : `workspace ${root.workspace}`, root.origin === 'declared' ? 'declared in roadbed.yaml' : root.reason].filter(Boolean).join(', ')}</span>
            </td>
            <td>
              {root.repository}
              <span className={table.sub}>{root.namespace}, {row.branch}</span>
            </td>
            <td className={table.clip} title={summary?.providers.join(', ')}>{summary === undefined ? <span className={table.soft}>–</span> : summary.providers.join(', ') || <span className={table.soft}>none</span>}</td>
            <td className={table.number}>{summary === undefined ? <span className={table.soft}>–</span> : summary.resources.toLocaleString('en')}</td>
            <td className={table.number}>{summary === undefined ? <span className={table.soft}>–</span> : summary.modules.toLocaleString('en')}</td>
            <td><Understood row={row} /></td>
            <td className={table.tight}>
              <code title={`${head.subject} (${head.author})`}>{shortCommit(head.commit)}</code>
              <span className={table.sub}><Age at={head.committedAt} /></span>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function Understood({ row }: { row: RootRow }) {
  const { reading, summary, root } = row;
  if (reading.state === 'reading') return <State tone="run" plain>Being read</State>;
  if (reading.state === 'failed') return <><State tone="bad" plain>Could not be read</State><span className={`${table.sub} ${table.lines}`} title={reading.problem.message}>{reading.problem.message}</span></>;
  if (summary === undefined) return null;
  return (
    <>
      {coverageEvidence(root.name, summary)}
      {summary.problems === 0 ? null : <> <State tone="warn" plain>{count(summary.problems, 'problem')}</State></>}
    </>
  );
}
