/** The fleet: every service in every environment, with what its traffic says. */
import { Link } from '@tanstack/react-router';
import type { FleetRow } from '../../../src/api/contract/pages.ts';
import type { CsvColumn } from '../data/csv.ts';
import { Spark } from '../charts/spark.tsx';
import { count } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Phase } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { Replicas } from './replicas.tsx';
import { TrafficNumber } from './traffic-numbers.tsx';
import styles from './fleet-table.module.css';

export function FleetTable({ rows }: { rows: FleetRow[] }) {
  return (
    <Table caption="Fleet" columns={[{ label: 'Service' }, { label: 'Environment' }, { label: 'State' }, { label: 'Release' }, { label: 'Traffic' }, { label: 'Failed', number: true }, { label: 'p95', number: true }, { label: 'Replicas', number: true }]}>
      {rows.map((row, index) => {
        const first = rows[index - 1]?.service !== row.service;
        const status = row.rollout.status;
        const numbers = { pulse: row.pulse, namespace: row.namespace, service: row.service, environment: row.environment };
        return (
          <tr key={row.rollout.metadata.name + row.namespace}>
            <td className={table.tight}>
              {first ? (
                <>
                  <Link to="/services/$namespace/$service" params={{ namespace: row.namespace, service: row.service }} className={table.main} data-row-link="">
                    {row.service}
                  </Link>
                  <span className={`${table.sub} ${table.clip}`} title={row.owner}>{row.owner ?? row.namespace}</span>
                </>
              ) : (
                <span className="unseen">{row.service}</span>
              )}
            </td>
            <td className={table.tight}>{row.environment}</td>
            <td className={table.tight}>
              <Link to="/rollouts/$namespace/$name" params={{ namespace: row.namespace, name: row.rollout.metadata.name }} className={styles.state}>
                <Phase phase={status?.phase} plain />
              </Link>
            </td>
            <td className={styles.release}>
              {row.release === undefined ? (
                <span className={table.soft}>none</span>
              ) : (
                <>
                  <span className={styles.subject} title={row.release.subject}>{row.release.subject}</span>
                  <span className={table.sub}>
                    <code title={row.release.hash}>{row.release.hash.slice(7, 19)}</code> {status?.stable === undefined ? null : <Age at={status.stable.since} />}
                  </span>
                </>
              )}
            </td>
            <td>
              {row.pulse === undefined ? (
                <span className={table.soft}>no requests</span>
              ) : (
                <span className={styles.traffic}>
                  <Spark values={row.pulse.spark} label={`${count(row.pulse.spark.reduce((sum, value) => sum + value, 0), 'request')} in five minutes`} />
                  <span className={styles.rate}><TrafficNumber {...numbers} number="rate" /></span>
                </span>
              )}
            </td>
            <td className={table.number}><TrafficNumber {...numbers} number="failed" /></td>
            <td className={table.number}><TrafficNumber {...numbers} number="p95" /></td>
            <td className={table.number}>
              <Replicas rollout={row.rollout} namespace={row.namespace} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

/** The fleet as it is exported: every value whole. */
export const FLEET_COLUMNS: CsvColumn<FleetRow>[] = [
  { label: 'service', value: (row) => row.service }, { label: 'team', value: (row) => row.namespace }, { label: 'owner', value: (row) => row.owner }, { label: 'environment', value: (row) => row.environment },
  { label: 'state', value: (row) => row.rollout.status?.phase }, { label: 'release', value: (row) => row.release?.hash }, { label: 'commit', value: (row) => row.release?.commit }, { label: 'change', value: (row) => row.release?.subject },
  { label: 'serving since', value: (row) => row.rollout.status?.stable?.since }, { label: 'requests per second', value: (row) => row.pulse?.rate }, { label: 'failed share', value: (row) => row.pulse?.errorShare }, { label: 'p95 ms', value: (row) => row.pulse?.p95 },
  { label: 'ready replicas', value: (row) => row.rollout.status?.readyReplicas }, { label: 'replicas', value: (row) => row.rollout.status?.replicas ?? row.rollout.spec.replicas },
];
