/** The fleet: every service in every environment, with what its traffic says. */
import { Link } from '@tanstack/react-router';
import type { FleetRow } from '../../../src/api/contract/pages.ts';
import { Spark } from '../charts/spark.tsx';
import { count, millis, percent, rate } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Phase } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './fleet-table.module.css';

export function FleetTable({ rows }: { rows: FleetRow[] }) {
  return (
    <Table caption="Fleet" columns={[{ label: 'Service' }, { label: 'Environment' }, { label: 'State' }, { label: 'Release' }, { label: 'Traffic' }, { label: 'Failed', number: true }, { label: 'p95', number: true }, { label: 'Replicas', number: true }]}>
      {rows.map((row, index) => {
        const first = rows[index - 1]?.service !== row.service;
        const status = row.rollout.status;
        return (
          <tr key={row.rollout.metadata.name + row.namespace}>
            <td className={table.tight}>
              {first ? (
                <>
                  <Link to="/services/$namespace/$service" params={{ namespace: row.namespace, service: row.service }} className={table.main} data-row-link="">
                    {row.service}
                  </Link>
                  <span className={table.sub}>{row.owner ?? row.namespace}</span>
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
                  <span className={styles.subject}>{row.release.subject}</span>
                  <span className={table.sub}>
                    <code>{row.release.hash.slice(7, 19)}</code> {status?.stable === undefined ? null : <Age at={status.stable.since} />}
                  </span>
                </>
              )}
            </td>
            <td>
              {row.pulse === undefined ? (
                <span className={table.soft}>none</span>
              ) : (
                <span className={styles.traffic}>
                  <Spark values={row.pulse.spark} label={`${count(row.pulse.spark.reduce((sum, value) => sum + value, 0), 'request')} in five minutes`} />
                  <span className={styles.rate}>{rate(row.pulse.rate)}</span>
                </span>
              )}
            </td>
            <td className={table.number}>{row.pulse?.errorShare === undefined ? '–' : percent(row.pulse.errorShare)}</td>
            <td className={table.number}>{row.pulse?.p95 === undefined ? '–' : millis(row.pulse.p95)}</td>
            <td className={table.number}>
              {status?.readyReplicas ?? 0}/{status?.replicas ?? row.rollout.spec.replicas}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
