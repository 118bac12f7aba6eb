/** Pipeline run: where is my change, and why did it stop? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { PipelineRunPage } from '../../../src/api/contract/pages.ts';
import { StepGraph } from '../charts/step-graph.tsx';
import { pipelineRun } from '../data/reads.ts';
import { pathOf } from '../data/request.ts';
import { person, shortCommit } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { Copyable, CopyCli } from '../ui/copy.tsx';
import { Duration } from '../ui/duration.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { Phase, State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { LiveLog } from './live-log.tsx';
import styles from './pipeline-run.module.css';

const route = getRouteApi('/pipelines/$namespace/$name');

export function PipelineRunRoutePage() {
  const { namespace, name } = route.useParams();
  return (
    <Loaded query={useQuery(pipelineRun(namespace, name))} crumbs={[{ label: 'Pipelines', to: '/pipelines' }, { label: name }]}>
      {(data) => <RunView data={data} namespace={namespace} name={name} />}
    </Loaded>
  );
}

function RunView({ data, namespace, name }: { data: PipelineRunPage; namespace: string; name: string }) {
  const { run } = data;
  const { status, spec } = run;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const steps = status?.steps ?? [];
  const failed = steps.find((step) => step.phase === 'Failed' || step.phase === 'TimedOut');
  const chosen = steps.find((step) => step.name === search.step) ?? failed ?? steps.find((step) => step.phase === 'Running') ?? steps.findLast((step) => step.task !== undefined) ?? steps[0];
  const where = { namespace, run: name };
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Pipelines', to: '/pipelines' }, { label: spec.repository, ...(data.service === undefined ? {} : { to: `/services/${namespace}/${data.service.name}` }) }, { label: name }]}
        state={<Phase phase={status?.phase ?? 'Pending'} />}
        title={data.title}
        tab={`${spec.repository} ${shortCommit(spec.commit)}`}
        lead={data.subject === undefined ? undefined : `"${data.subject}"${data.author === undefined ? '' : ` by ${data.author}`}`}
        actions={
          <>
            <CopyCli command={`roadbed logs --run ${name} --namespace ${namespace} --follow`} />
            <Action operation="cancelPipeline" label="Cancel" kind="danger" title={`Cancel ${name}`} explanation="Running steps are ended with everything they started; nothing is released." args={where} reason="required" cli={`roadbed pipeline cancel ${name} --namespace ${namespace}`} disabledReason={data.cancel.disabledReason} />
            <Action operation="rerunPipeline" label={failed === undefined ? 'Run again' : 'Re-run from the failed step'} title={failed === undefined ? `Run ${spec.repository} again` : `Re-run from "${failed.name}"`} explanation={failed === undefined ? 'All steps run again on the same commit.' : `Steps that passed before "${failed.name}" are taken over; the rest runs again on the same commit.`} args={{ ...where, ...(failed === undefined ? {} : { fromStep: failed.name }) }} reason="none" cli={`roadbed pipeline rerun ${name}${failed === undefined ? '' : ` --from ${failed.name}`} --namespace ${namespace}`} disabledReason={data.rerun.disabledReason} />
          </>
        }
      />
      {failed?.message === undefined ? null : (
        <div className={styles.cause} role="note">
          <State tone="bad" plain>{`${failed.name} failed`}</State>
          <pre tabIndex={0} role="group" aria-label="Cause">{failed.message}</pre>
        </div>
      )}
      <Panel>
        <StepGraph steps={steps} chosen={chosen?.name} onChoose={(step) => void navigate({ search: { step }, replace: true, resetScroll: false })} />
      </Panel>
      <Section title={chosen === undefined ? 'Log' : `Log of ${chosen.name}`} note={chosen?.startedAt === undefined ? undefined : <>{chosen.finishedAt === undefined ? 'running for' : 'took'} <Duration label={`Step ${chosen.name}`} from={chosen.startedAt} to={chosen.finishedAt} />{chosen.exitCode === undefined ? '' : `, exit code ${chosen.exitCode}`}</>}>
        <LiveLog key={chosen?.name} path={chosen?.task === undefined ? undefined : `/logs/pipelines${pathOf(namespace, name, chosen.name)}`} label={`Log of step ${chosen?.name ?? ''}`} over={chosen?.finishedAt !== undefined} />
      </Section>
      <Section title="About this run">
        <Panel>
          <Facts
            facts={[
              ['Commit', <Copyable key="c" text={shortCommit(spec.commit)} whole={spec.commit} label="the commit" />],
              ['Ref', <code key="r">{spec.ref.replace('refs/heads/', '')}</code>],
              ['Trigger', `${spec.trigger.kind}, ${person(spec.trigger.by)}`],
              ['Began', <Age key="b" at={run.metadata.creationTimestamp} />],
              ['Took', status?.startedAt === undefined ? 'not started' : <Duration key="t" label={`Run ${name}`} from={status.startedAt} to={status.finishedAt} />],
              ['Isolation', status?.isolation === 'none' ? <State key="i" tone="warn" plain>none, trusted repository</State> : (status?.isolation ?? 'not known yet')],
              ['Limits by', status?.limits ?? 'not known yet'],
              ['Release', status?.release === undefined ? 'none' : <code key="rel">{status.release}</code>],
              ['Artifact', status?.artifact === undefined ? 'none' : <Copyable key="a" text={status.artifact.digest.slice(0, 19)} whole={status.artifact.digest} label="the digest" />],
            ]}
          />
        </Panel>
      </Section>
      {data.earlier.length === 0 ? null : (
        <Section title={`Other runs of ${spec.repository}`}>
          <Table caption="Other runs" columns={[{ label: 'Run' }, { label: 'State' }, { label: 'Commit' }, { label: 'Began', number: true }]}>
            {data.earlier.map((other) => (
              <tr key={other.metadata.name}>
                <td><Link to="/pipelines/$namespace/$name" params={{ namespace, name: other.metadata.name }} className={table.main} data-row-link="">{other.metadata.name}</Link></td>
                <td><Phase phase={other.status?.phase} plain /></td>
                <td><code>{shortCommit(other.spec.commit)}</code></td>
                <td className={table.number}><Age at={other.metadata.creationTimestamp} /></td>
              </tr>
            ))}
          </Table>
        </Section>
      )}
    </>
  );
}
