/** The chain of CDEvents, oldest first; each opens to the event as it is sent. */
import type { CdEventView } from '../../../src/api/contract/rollout-page.ts';
import { clockTime, exactTime } from '../data/wording.ts';
import { Empty } from '../ui/empty.tsx';
import styles from './receipt.module.css';

export function ReceiptEvents({ events }: { events: CdEventView[] }) {
  if (events.length === 0) return <Empty kind="not-connected" title="No CDEvent on this chain yet" text="Events appear as the change is merged, built, deployed and judged." />;
  return (
    <ol className={styles.chain}>
      {events.map((event) => (
        <li key={event.context.id} className={styles.event}>
          <time dateTime={event.context.timestamp} title={exactTime(event.context.timestamp)}>
            {clockTime(event.context.timestamp)}
          </time>
          <span className={styles.rail} />
          <details>
            <summary>
              <code>{event.context.type.replace(/^dev\.cdevents\./, '').replace(/\.\d+\.\d+\.\d+.*$/, '')}</code>
              <span className={styles.subject}>{event.subject.id}</span>
            </summary>
            <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
          </details>
        </li>
      ))}
    </ol>
  );
}
