/** How many replicas are ready, with what that rests on. */
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { RolloutObject } from '../../../src/api/contract/pages.ts';
import { Age } from '../ui/age.tsx';
import { Evidence } from '../ui/evidence.tsx';

export function Replicas({ rollout, namespace }: { rollout: RolloutObject; namespace: string }) {
  const { spec, status } = rollout;
  const ready = `${status?.readyReplicas ?? 0}/${status?.replicas ?? spec.replicas}`;
  return (
    <Evidence
      label={`Replicas, ${spec.service} in ${spec.environment}`}
      facts={[
        ['Ready', ready],
        ['Wanted', String(spec.replicas)],
        ['Restarts', String(status?.restarts ?? 0)],
        ...(status?.stable === undefined ? [] : [['Serving since', <Age key="since" at={status.stable.since} />] as [string, ReactNode]]),
        ['Source', 'the supervisor, by the readiness probe'],
      ]}
      {...(status?.message === undefined ? {} : { about: status.message })}
      links={<Link to="/services/$namespace/$service" params={{ namespace, service: spec.service }} search={{ environment: spec.environment }} hash="log">What it says</Link>}
      cli={`roadbed get rollout ${rollout.metadata.name} --namespace ${namespace} --json`}
    >
      {ready}
    </Evidence>
  );
}
