/** Rollout: is the new version safe? The verdict's sentence is the title; everything under it is its evidence. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { RolloutPage } from '../../../src/api/contract/rollout-page.ts';
import { StepLadder } from '../charts/step-ladder.tsx';
import { rollout as rolloutRead, traffic } from '../data/reads.ts';
import { shortCommit } from '../data/wording.ts';
import { Age, Elapsed } from '../ui/age.tsx';
import { Duration } from '../ui/duration.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { Phase } from '../ui/state.tsx';
import buttonStyles from '../ui/button.module.css';
import { HoldNotice } from './hold-notice.tsx';
import { ReceiptView } from './receipt.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutAttempts } from './rollout-attempts.tsx';
import { TrafficComparison, TrafficRoad } from './rollout-traffic.tsx';
import styles from './rollout.module.css';

const route = getRouteApi('/rollouts/$namespace/$name');

export function RolloutRoutePage() {
  const { namespace, name } = route.useParams();
  const { attempt } = route.useSearch();
  return (
    <Loaded query={useQuery(rolloutRead(namespace, name, attempt))} crumbs={[{ label: 'Rollout' }, { label: name }]}>
      {(data) => <RolloutView data={data} namespace={namespace} />}
    </Loaded>
  );
}

function RolloutView({ data, namespace }: { data: RolloutPage; namespace: string }) {
  const { rollout } = data;
  const { name } = rollout.metadata;
  const { service, environment } = rollout.spec;
  const attempt = rollout.status?.attempt;
  const moving = attempt !== undefined && attempt.finishedAt === undefined;
  const samples = useQuery(traffic(namespace, service, environment, 'attempt', moving, data.earlier ? attempt?.number : undefined)).data;
  const open = data.earlier ? [] : data.holds.filter((hold) => hold.lifted === undefined);
  return (
    <>
      <PageHead
        crumbs={[{ label: service, to: `/services/${namespace}/${service}` }, { label: environment }, { label: attempt === undefined ? 'rollout' : `attempt ${attempt.number}` }]}
        state={<Phase phase={moving || data.earlier ? attempt?.phase : rollout.status?.phase} />}
        title={data.title}
        tab={`${service} in ${environment}`}
        lead={attempt === undefined ? undefined : moving ? <>Running for <Elapsed from={attempt.startedAt} />.</> : <>Took <Duration label={`Attempt ${attempt.number} of ${service} in ${environment}`} from={attempt.startedAt} to={attempt.finishedAt} links={<a href="#receipt">Its log rows</a>} />, ended <Age at={attempt.finishedAt ?? attempt.startedAt} />.</>}
        actions={
          <>
            <CopyCli command={`roadbed status ${service} --namespace ${namespace}`} />
            {data.earlier ? (
              <Link to="/rollouts/$namespace/$name" params={{ namespace, name }} className={`${buttonStyles.button} ${buttonStyles.primary}`}>
                Show the newest attempt
              </Link>
            ) : (
              <RolloutActions data={data} namespace={namespace} />
            )}
          </>
        }
      />
      {open.map((hold) => (
        <HoldNotice key={hold.name} hold={hold} />
      ))}
      {attempt === undefined ? (
        <Panel flush>
          <Empty kind="not-connected" title="Nothing was rolled out here yet" text={`The first release of ${service} that reaches ${environment} shows here, step by step.`} command={`roadbed promote ${service} --to ${environment} --namespace ${namespace}`} />
        </Panel>
      ) : (
        <>
          <div className={styles.live}>
            <Panel>
              <TrafficRoad attempt={attempt} traffic={samples} release={data.release} from={data.from} over={!moving} />
            </Panel>
            {attempt.strategy.steps.length === 0 ? null : (
              <Panel>
                <StepLadder attempt={attempt} />
              </Panel>
            )}
          </div>
          <Section id="comparison" title="Canary against stable" note={`Both seen by the edge, over the same seconds${moving ? ', live' : ''}`}>
            <TrafficComparison attempt={attempt} traffic={samples} />
          </Section>
          <Section title="What changed">
            <Panel>
              <Facts
                facts={[
                  ['Change', data.release?.subject ?? attempt.release],
                  ['Author', data.release?.author ?? 'unknown'],
                  ['Commit', data.release === undefined ? 'unknown' : <code key="commit" title={data.release.commit}>{shortCommit(data.release.commit)}</code>],
                  ['Release', <code key="release">{attempt.release}</code>],
                  ['Served before', <code key="from">{attempt.from ?? 'nothing'}</code>],
                  ['Pipeline', data.release === undefined ? 'unknown' : <Link key="run" to="/pipelines/$namespace/$name" params={{ namespace, name: data.release.pipelineRun }}>{data.release.pipelineRun}</Link>],
                ]}
              />
            </Panel>
          </Section>
          <ReceiptView attempt={attempt} namespace={namespace} name={name} lifted={data.holds.filter((hold) => hold.release === attempt.release && hold.lifted !== undefined)} />
          <RolloutAttempts attempts={data.attempts} shown={attempt.number} namespace={namespace} name={name} />
        </>
      )}
    </>
  );
}
