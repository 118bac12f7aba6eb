/** The three numbers of live traffic, each with what it was counted from. */
import { Link } from '@tanstack/react-router';
import type { Pulse } from '../../../src/api/contract/shapes.ts';
import { count, millis, percent, rate } from '../data/wording.ts';
import { Evidence } from '../ui/evidence.tsx';

export interface TrafficNumberProps {
  pulse: Pulse | undefined;
  namespace: string;
  service: string;
  environment: string;
  number: 'rate' | 'failed' | 'p95';
}

const LABELS = { rate: 'Requests', failed: 'Failed requests', p95: 'Time to the first byte, p95' } as const;

const ABOUT = {
  rate: 'Every request that the edge passed on, over all releases and routes, divided by sixty seconds.',
  failed: 'Answers of class 5xx, connections that failed and answers that broke off; a 4xx is not counted as failed.',
  p95: '95 of 100 requests were faster. From histograms that are merged, not from averages; the time on the way to the user is not in it.',
} as const;

export function TrafficNumber({ pulse, namespace, service, environment, number }: TrafficNumberProps) {
  const value = pulse === undefined ? undefined : number === 'rate' ? rate(pulse.rate) : number === 'failed' ? (pulse.errorShare === undefined ? undefined : percent(pulse.errorShare)) : pulse.p95 === undefined ? undefined : millis(pulse.p95);
  if (pulse === undefined || value === undefined) return <span title="The edge saw no request in the last minute.">–</span>;
  const requests = Math.round(pulse.rate * 60);
  const failed = Math.round((pulse.errorShare ?? 0) * requests);
  return (
    <Evidence
      label={`${LABELS[number]}, ${service} in ${environment}`}
      facts={[
        ['Value', value],
        ['Counted', number === 'failed' ? `${failed.toLocaleString('en')} of ${count(requests, 'request')}` : count(requests, 'request')],
        ['Window', 'the last minute'],
        ['Source', 'measured at the edge, follows live'],
      ]}
      about={ABOUT[number]}
      links={
        <>
          <Link to="/services/$namespace/$service" params={{ namespace, service }} search={{ environment }} hash="traffic">Over time</Link>
          <Link to="/rollouts/$namespace/$name" params={{ namespace, name: `${service}.${environment}` }}>Last rollout</Link>
        </>
      }
      cli={`roadbed status ${service} --namespace ${namespace}`}
    >
      {value}
    </Evidence>
  );
}
