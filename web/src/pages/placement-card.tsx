/** One environment of a service: what serves, how it does, what may be done. */
import { Link } from '@tanstack/react-router';
import type { Placement } from '../../../src/api/contract/pages.ts';
import { Spark } from '../charts/spark.tsx';
import { count, shortCommit } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { Panel } from '../ui/page.tsx';
import { Phase } from '../ui/state.tsx';
import buttonStyles from '../ui/button.module.css';
import { Replicas } from './replicas.tsx';
import { TrafficNumber } from './traffic-numbers.tsx';
import styles from './service.module.css';

export function PlacementCard({ placement, namespace, service }: { placement: Placement; namespace: string; service: string }) {
  const { environment, rollout, release, pulse, candidate } = placement;
  const status = rollout?.status;
  const where = { namespace, service, environment };
  const flags = `--environment ${environment} --namespace ${namespace}`;
  const behind = placement.behind ?? 0;
  return (
    <Panel>
      <div className={styles.card}>
        <div className={styles.cardHead}>
          <h3>{environment}</h3>
          {rollout === undefined ? (
            <Phase phase="Empty" />
          ) : (
            <Link to="/rollouts/$namespace/$name" params={{ namespace, name: rollout.metadata.name }}>
              <Phase phase={status?.phase} />
              <span className="unseen">, open the rollout in {environment}</span>
            </Link>
          )}
        </div>
        <div className={styles.release}>
          {release === undefined ? (
            <span title={status?.message}>{status?.message ?? 'No release serves here yet.'}</span>
          ) : (
            <>
              <p title={release.subject}>{release.subject}</p>
              <span title={`${release.hash} from ${release.commit} by ${release.author}`}>
                <code>{release.hash.slice(7, 19)}</code> from <code>{shortCommit(release.commit)}</code> by {release.author}
                {status?.stable === undefined ? null : <>, <Age at={status.stable.since} /></>}
              </span>
            </>
          )}
        </div>
        {pulse === undefined ? null : <Spark values={pulse.spark} label={`Requests of the last five minutes in ${environment}`} />}
        <dl className={styles.numbers}>
          <div><dt>Requests</dt><dd><TrafficNumber {...where} pulse={pulse} number="rate" /></dd></div>
          <div><dt>Failed</dt><dd><TrafficNumber {...where} pulse={pulse} number="failed" /></dd></div>
          <div><dt>p95</dt><dd><TrafficNumber {...where} pulse={pulse} number="p95" /></dd></div>
          <div><dt>Replicas</dt><dd>{rollout === undefined ? '–' : <Replicas rollout={rollout} namespace={namespace} />}</dd></div>
        </dl>
        <p className={styles.behind}>
          {release === undefined ? '' : behind === 0 ? 'Newest release' : `${count(behind, 'release')} behind the newest`}
          {(status?.restarts ?? 0) > 0 ? `, ${count(status?.restarts ?? 0, 'restart')}` : ''}
        </p>
        <div className={styles.cardActions}>
          <Action operation="promote" label="Promote" kind={placement.promote.disabledReason === undefined ? 'primary' : 'plain'} title={`Promote ${service} to ${environment}`} explanation={candidate === undefined ? '' : `"${candidate.subject}" by ${candidate.author} (${candidate.hash.slice(7, 19)}) comes to ${environment} in the steps of its strategy.`} args={{ ...where, ...(candidate === undefined ? {} : { release: candidate.name }) }} cli={`roadbed promote ${service} --to ${environment} --namespace ${namespace}`} disabledReason={placement.promote.disabledReason} />
          <Action operation="rollback" label="Roll back" title={`Roll ${service} back in ${environment}`} explanation="Traffic moves to the last healthy release first, then a commit restores it in the desired state; the present release is held." args={where} reason="required" cli={`roadbed rollback ${service} ${flags}`} disabledReason={placement.rollback.disabledReason} />
          <Action operation="scale" label="Scale" title={`Scale ${service} in ${environment}`} explanation="Replicas are added or drained without losing a request." args={{ ...where, replicas: rollout?.spec.replicas ?? 1 }} number={{ field: 'replicas', label: 'Replicas', initial: rollout?.spec.replicas ?? 1 }} cli={`roadbed scale ${service} ${flags} --replicas`} disabledReason={placement.scale.disabledReason} />
          {status?.url === undefined ? null : (
            <a href={status.url} target="_blank" rel="noreferrer" className={buttonStyles.button}>
              Open<span className="unseen"> {service} in {environment}</span> <Glyph name="open" size={14} />
            </a>
          )}
        </div>
      </div>
    </Panel>
  );
}
