/** Service: is it healthy, what changed, who owns it? */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ServicePage } from '../../../src/api/contract/pages.ts';
import type { ReleaseSummary } from '../../../src/api/contract/shapes.ts';
import type { CsvColumn } from '../data/csv.ts';
import { service } from '../data/reads.ts';
import { count, duration, shortCommit } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { Copyable, CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { ExportCsv } from '../ui/export.tsx';
import { Evidence } from '../ui/evidence.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { Phase, State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { CostOf } from './cost-of.tsx';
import { HoldNotice } from './hold-notice.tsx';
import { LiveLog } from './live-log.tsx';
import { PlacementCard } from './placement-card.tsx';
import { ServiceTimeline } from './service-timeline.tsx';
import styles from './service.module.css';

const route = getRouteApi('/services/$namespace/$service');

export function ServiceRoutePage() {
  const { namespace, service: name } = route.useParams();
  return (
    <Loaded query={useQuery(service(namespace, name))} crumbs={[{ label: 'Catalog', to: '/catalog' }, { label: name }]}>
      {(data) => <ServiceView data={data} />}
    </Loaded>
  );
}

function ServiceView({ data }: { data: ServicePage }) {
  const { namespace, service: name, repository } = data;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const served = data.placements.filter((placement) => placement.rollout !== undefined);
  const chosen = served.find((placement) => placement.environment === search.environment) ?? served.findLast((placement) => placement.production) ?? served[0];
  const worst = data.placements.find((placement) => placement.production)?.rollout?.status?.phase ?? served[0]?.rollout?.status?.phase;
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Catalog', to: '/catalog' }, { label: namespace }, { label: name }]}
        state={<Phase phase={worst} />}
        title={data.title}
        tab={name}
        lead={data.description}
        actions={
          <>
            <CopyCli command={`roadbed status ${name} --namespace ${namespace}`} />
            <Action operation="runPipeline" label="Run pipeline" title={`Run the pipeline of ${name}`} explanation="The newest commit of the branch is built and tested again." args={{ namespace, repository: repository?.name ?? name }} reason="none" cli={`roadbed pipeline run ${repository?.name ?? name} --namespace ${namespace}`} disabledReason={repository === undefined ? 'It has no repository here.' : undefined} />
          </>
        }
      />
      {data.placements.flatMap((placement) => placement.holds.map((hold) => <HoldNotice key={hold.name} hold={hold} />))}
      <Panel>
        <Facts
          facts={[
            ['Owner', data.owner === undefined ? <State key="o" tone="warn" plain>No owner</State> : <Link key="o" to="/catalog" search={{ owner: data.owner }}>{data.owner}</Link>],
            ['Team', namespace],
            ['Catalog', data.entity === undefined ? 'no entry' : <Link key="e" to="/catalog/$kind/$namespace/$name" params={{ kind: data.entity.kind.toLowerCase(), namespace: data.entity.namespace ?? 'default', name: data.entity.name }}>{data.entity.kind} {data.entity.name}</Link>],
            ['Costs', <CostOf key="m" search={{ by: 'environment', team: namespace, service: name }} label={name} />],
            ['Branch', repository === undefined ? 'no repository' : <span key="b">{repository.branch} at <code>{shortCommit(repository.head ?? '')}</code></span>],
            ['Clone', repository?.cloneUrl === undefined ? 'not known yet' : <Copyable key="c" text={repository.cloneUrl} label="the clone URL" />],
            ...(repository?.timeToValueSeconds === undefined ? [] : [['Time to value', <Evidence key="v" label="Time to value" facts={[['Value', duration(repository.timeToValueSeconds * 1_000)], ['From', 'the request for the service'], ['To', 'its first production deployment']]} links={<Link to="/new/$namespace/$name" params={{ namespace, name }}>Every stage</Link>}>{duration(repository.timeToValueSeconds * 1_000)}</Evidence>] as [string, ReactNode]]),
          ]}
        />
      </Panel>
      <Section title="Where it runs">
        <div className={styles.placements}>
          {data.placements.map((placement) => (
            <PlacementCard key={placement.environment} placement={placement} namespace={namespace} service={name} />
          ))}
        </div>
      </Section>
      {chosen === undefined ? null : (
        <>
          <Section
            id="traffic"
            title={`Last fifteen minutes in ${chosen.environment}`}
            note="One time axis: deployments, answers, latency"
            actions={served.map((placement) => (
              <button key={placement.environment} type="button" className={styles.choice} aria-pressed={placement === chosen} onClick={() => void navigate({ search: { environment: placement.environment }, replace: true, resetScroll: false })}>
                {placement.environment}
              </button>
            ))}
          >
            <ServiceTimeline namespace={namespace} service={name} environment={chosen.environment} deploys={data.deploys} />
          </Section>
          <Section id="log" title="Log" note={`Of the release that serves in ${chosen.environment}, live`} actions={<CopyCli command={`roadbed logs ${name} --environment ${chosen.environment} --namespace ${namespace} --follow`} />}>
            <LiveLog path={`/logs/services/${namespace}/${name}/${chosen.environment}`} label={`Log of ${name} in ${chosen.environment}`} />
          </Section>
        </>
      )}
      <Section title="Releases" note="Content-addressed; rolling back brings configuration and secrets back too" actions={data.releases.length === 0 ? undefined : <ExportCsv name={`releases of ${name}`} columns={RELEASE_COLUMNS} rows={data.releases} />}>
        <Releases data={data} />
      </Section>
      <div className={styles.pair}>
        <Section title="Pipeline runs">
          <Runs data={data} />
        </Section>
        <Section title="Resources">
          <Claims data={data} />
        </Section>
      </div>
    </>
  );
}

const RELEASE_COLUMNS: CsvColumn<ReleaseSummary>[] = [
  { label: 'change', value: (release) => release.subject }, { label: 'release', value: (release) => release.hash }, { label: 'commit', value: (release) => release.commit }, { label: 'author', value: (release) => release.author },
  { label: 'healthy in', value: (release) => release.verified.map((entry) => entry.environment).join(' ') }, { label: 'held in', value: (release) => release.heldIn.join(' ') }, { label: 'pipeline run', value: (release) => release.pipelineRun }, { label: 'made', value: (release) => release.createdAt },
];

function Releases({ data }: { data: ServicePage }) {
  if (data.releases.length === 0) return <Panel flush><Empty kind="not-connected" title="No release yet" text="A pipeline run that passes makes the first one." /></Panel>;
  return (
    <Table caption="Releases" columns={[{ label: 'Change' }, { label: 'Release' }, { label: 'Author' }, { label: 'Healthy in' }, { label: 'Made', number: true }]}>
      {data.releases.map((release) => (
        <tr key={release.name}>
          <td>
            <Link to="/pipelines/$namespace/$name" params={{ namespace: data.namespace, name: release.pipelineRun }} className={table.main} data-row-link="">
              {release.subject}
            </Link>
          </td>
          <td className={table.tight}>
            <code>{release.hash.slice(7, 19)}</code> <span className={table.soft}>from</span> <code>{shortCommit(release.commit)}</code>
          </td>
          <td className={table.clip} title={release.author}>{release.author}</td>
          <td>
            <span className={styles.marks}>
              {release.verified.map((entry) => (
                <State key={entry.environment} tone="ok" plain>{entry.environment}</State>
              ))}
              {release.heldIn.map((environment) => (
                <State key={environment} tone="hold" plain>{`held in ${environment}`}</State>
              ))}
              {release.verified.length + release.heldIn.length === 0 ? <span className={table.soft}>nowhere yet</span> : null}
            </span>
          </td>
          <td className={table.number}>
            <Age at={release.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Runs({ data }: { data: ServicePage }) {
  if (data.runs.length === 0) return <Panel flush><Empty kind="not-connected" title="No run yet" text="A push to the repository starts one." command={`git push`} /></Panel>;
  return (
    <Table caption="Pipeline runs" columns={[{ label: 'Run' }, { label: 'State' }, { label: 'Began', number: true }]}>
      {data.runs.map((run) => (
        <tr key={run.metadata.name}>
          <td className={table.tight}>
            <Link to="/pipelines/$namespace/$name" params={{ namespace: data.namespace, name: run.metadata.name }} className={table.main} data-row-link="">
              {run.metadata.name}
            </Link>
            <span className={table.sub}>
              <code>{shortCommit(run.spec.commit)}</code>
            </span>
          </td>
          <td className={table.tight}><Phase phase={run.status?.phase} plain /></td>
          <td className={table.number}><Age at={run.metadata.creationTimestamp} /></td>
        </tr>
      ))}
    </Table>
  );
}

function Claims({ data }: { data: ServicePage }) {
  if (data.claims.length === 0) return <Panel flush><Empty kind="not-connected" title="It asks for no resource" text="A Score file may ask for a postgres, a volume, a route and more." /></Panel>;
  return (
    <Table caption={count(data.claims.length, 'resource')} columns={[{ label: 'Resource' }, { label: 'Environment' }, { label: 'State' }]}>
      {data.claims.map((claim) => (
        <tr key={claim.metadata.name}>
          <td>
            <span className={table.main}>{claim.spec.type}</span>
            <span className={table.sub}>{claim.status?.message ?? Object.entries(claim.status?.outputs ?? {}).map(([key, value]) => `${key} ${String(value)}`).join(', ')}</span>
          </td>
          <td className={table.tight}>{claim.spec.environment}</td>
          <td className={table.tight}><Phase phase={claim.status?.phase} plain /></td>
        </tr>
      ))}
    </Table>
  );
}
