/** Catalog: what do we run, and who owns it? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Catalog, CatalogRow } from '../../../src/api/contract/pages.ts';
import { DependencyGraph } from '../charts/dependency-graph.tsx';
import type { CsvColumn } from '../data/csv.ts';
import { catalog } from '../data/reads.ts';
import { count, shortCommit } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Loaded, Panel, Section } from '../ui/page.tsx';
import { Phase, State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './catalog.module.css';

const route = getRouteApi('/catalog');
const CRUMBS = [{ label: 'Catalog' }];

export function CatalogPage() {
  return (
    <Loaded query={useQuery(catalog())} crumbs={CRUMBS}>
      {(data) => <CatalogView data={data} />}
    </Loaded>
  );
}

function title({ entities }: Catalog): string {
  const components = entities.filter((entity) => entity.kind === 'Component');
  const unowned = components.filter((entity) => entity.owner === undefined).length;
  if (entities.length === 0) return 'The catalog is empty';
  const dangling = entities.filter((entity) => entity.dangling > 0).length;
  if (unowned > 0) return `${unowned} of ${count(components.length, 'component')} ${unowned === 1 ? 'has' : 'have'} no owner`;
  if (dangling > 0) return `${count(components.length, 'component')}, all owned; ${dangling === 1 ? 'one points' : `${dangling} point`} to something unknown`;
  return `${count(components.length, 'component')}, all owned`;
}

function CatalogView({ data }: { data: Catalog }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => Object.fromEntries(Object.entries({ ...present, ...change }).filter(([, value]) => value !== '' && value !== undefined)), replace: true });
  const words = (search.q ?? '').toLowerCase();
  const shown = data.entities
    .filter((entity) => (search.kind ?? entity.kind) === entity.kind && (search.owner ?? entity.owner) === entity.owner)
    .filter((entity) => words === '' || [entity.name, entity.title, entity.description, ...entity.tags].some((text) => text?.toLowerCase().includes(words)))
    .toSorted((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  const kinds = [...new Set(data.entities.map((entity) => entity.kind))].toSorted();
  const owners = [...new Set(data.entities.flatMap((entity) => entity.owner ?? []))].toSorted();
  return (
    <ListPage
      crumbs={CRUMBS}
      title={title(data)}
      tab="Catalog"
      lead="Read from catalog-info.yaml in the repositories, with what runs here beside it. Each row names the repository and the commit that it was last read from."
      cli="roadbed get components"
      noun={['entity', 'entities']}
      rows={data.entities}
      shown={shown}
      onClear={() => void navigate({ search: {}, replace: true })}
      csv={{ name: 'catalog', columns: COLUMNS }}
      empty={<Empty kind="not-connected" title="No repository describes anything yet" text="A repository with a catalog-info.yaml appears here after its first push." action={{ label: 'Make a service', to: '/new' }} command="roadbed new hello --template node-service" />}
      filters={
        <>
          <Field label="Filter the catalog" hideLabel kind="search" search placeholder="Filter by name, text or tag" value={search.q ?? ''} onChange={(q) => set({ q })} />
          <Choice label="Kind" hideLabel value={search.kind ?? ''} options={[['', 'All kinds'], ...kinds.map((kind): [string, string] => [kind, kind])]} onChange={(kind) => set({ kind })} />
          <Choice label="Owner" hideLabel value={search.owner ?? ''} options={[['', 'All owners'], ...owners.map((owner): [string, string] => [owner, owner])]} onChange={(owner) => set({ owner })} />
        </>
      }
      below={
        data.map.edges.length === 0 ? null : (
          <Section title="Service map" note="What needs what">
            <Panel>
              <DependencyGraph map={data.map} label="Service map" />
            </Panel>
          </Section>
        )
      }
    >
      {(rows) => <CatalogTable rows={rows} />}
    </ListPage>
  );
}

const COLUMNS: CsvColumn<CatalogRow>[] = [
  { label: 'kind', value: (row) => row.kind }, { label: 'team', value: (row) => row.namespace }, { label: 'name', value: (row) => row.name }, { label: 'title', value: (row) => row.title }, { label: 'description', value: (row) => row.description },
  { label: 'type', value: (row) => row.type }, { label: 'lifecycle', value: (row) => row.lifecycle }, { label: 'owner', value: (row) => row.owner }, { label: 'system', value: (row) => row.system }, { label: 'tags', value: (row) => row.tags.join(' ') },
  { label: 'runs in', value: (row) => row.running.map((place) => `${place.environment} ${place.phase}`).join(', ') }, { label: 'unknown targets', value: (row) => row.dangling }, { label: 'repository', value: (row) => row.source?.repository }, { label: 'commit', value: (row) => row.source?.commit }, { label: 'changed', value: (row) => row.changedAt },
];

function order(entity: CatalogRow): number {
  return ['Component', 'API', 'Resource', 'System', 'Domain', 'Group', 'User'].indexOf(entity.kind);
}

function CatalogTable({ rows }: { rows: readonly CatalogRow[] }) {
  return (
    <Table caption="Catalog" columns={[{ label: 'Name' }, { label: 'Kind' }, { label: 'Owner' }, { label: 'Part of' }, { label: 'Runs' }, { label: 'Source' }]}>
      {rows.map((row) => (
        <tr key={`${row.kind}/${row.namespace}/${row.name}`}>
          <td className={styles.name}>
            <Link to="/catalog/$kind/$namespace/$name" params={{ kind: row.kind.toLowerCase(), namespace: row.namespace, name: row.name }} className={table.main} data-row-link="">
              {row.title ?? row.name}
            </Link>
            {row.description === undefined ? null : <span className={`${table.sub} ${table.lines}`} title={row.description}>{row.description}</span>}
          </td>
          <td className={table.tight}>
            {row.kind}
            {row.type === undefined ? null : <span className={table.sub}>{row.type}</span>}
          </td>
          <td className={table.clip} title={row.owner}>{row.owner ?? (row.kind === 'Component' || row.kind === 'API' ? <State tone="warn" plain>No owner</State> : <span className={table.soft}>–</span>)}</td>
          <td className={table.clip} title={row.system}>{row.system ?? <span className={table.soft}>–</span>}</td>
          <td>
            <span className={styles.runs}>
              {row.running.map((place) => (
                <Link key={place.environment} to="/services/$namespace/$service" params={{ namespace: row.namespace, service: row.name }} search={{ environment: place.environment }} className={styles.place}>
                  <span>{place.environment}</span> <Phase phase={place.phase} plain />
                </Link>
              ))}
              {row.running.length === 0 ? <span className={table.soft}>–</span> : null}
            </span>
            {row.dangling > 0 ? <State tone="warn" plain>{count(row.dangling, 'unknown target')}</State> : null}
          </td>
          <td className={table.tight}>
            <SourceOf row={row} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Repository and commit; of what nobody imported, that it was written by hand. */
function SourceOf({ row }: { row: CatalogRow }) {
  const { source } = row;
  const changed = (
    <>
      changed <Age at={row.changedAt} />
    </>
  );
  if (source === undefined) {
    return (
      <>
        <span className={table.soft}>By hand</span>
        <span className={table.sub}>{changed}</span>
      </>
    );
  }
  return (
    <>
      <span title={source.path}>{source.repository.split('/').at(-1)}</span>
      <span className={table.sub}>
        {source.commit === undefined ? null : (
          <>
            <code title={source.commit}>{shortCommit(source.commit)}</code>,{' '}
          </>
        )}
        {changed}
      </span>
    </>
  );
}
