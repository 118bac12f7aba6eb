/** Every attempt of a rollout, newest first; each opens with its own picture and receipt. */
import { Link } from '@tanstack/react-router';
import type { AttemptSummary } from '../../../src/api/contract/rollout-page.ts';
import { Age, Elapsed } from '../ui/age.tsx';
import { Section } from '../ui/page.tsx';
import { Phase } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './rollout.module.css';

export interface RolloutAttemptsProps {
  attempts: AttemptSummary[];
  shown: number;
  namespace: string;
  name: string;
}

export function RolloutAttempts({ attempts, shown, namespace, name }: RolloutAttemptsProps) {
  if (attempts.length < 2) return null;
  return (
    <Section title="Attempts" note="Each has a receipt of its own">
      <Table caption="Attempts" columns={[{ label: 'Attempt' }, { label: 'State' }, { label: 'Change' }, { label: 'Verdict' }, { label: 'Took', number: true }, { label: 'Began', number: true }]}>
        {attempts.map((attempt, index) => (
          <tr key={attempt.number} aria-current={attempt.number === shown ? 'true' : undefined}>
            <th scope="row" className={table.tight}>
              {attempt.number === shown ? (
                <span className={table.main}>Attempt {attempt.number}, shown</span>
              ) : (
                <Link to="/rollouts/$namespace/$name" params={{ namespace, name }} search={index === 0 ? {} : { attempt: String(attempt.number) }} className={table.main} data-row-link="">
                  Attempt {attempt.number}
                </Link>
              )}
            </th>
            <td className={table.tight}>
              <Phase phase={attempt.phase} plain />
            </td>
            <td>
              {attempt.subject ?? <span className={table.soft}>unknown</span>}
              <span className={table.sub}>
                <code>{attempt.release}</code>
              </span>
            </td>
            <td className={styles.verdict}>{attempt.sentence ?? <span className={table.soft}>–</span>}</td>
            <td className={table.number}>
              <Elapsed from={attempt.startedAt} to={attempt.finishedAt} />
            </td>
            <td className={table.number}>
              <Age at={attempt.startedAt} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
