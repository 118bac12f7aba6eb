/** Rows of the log: who, what, when, why; each opens to before and after. */
import { Link } from '@tanstack/react-router';
import type { EventRow } from '../../../src/domain/event.ts';
import { exactTime, person } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { StateIcon } from '../ui/state.tsx';
import type { Tone } from '../../../src/api/contract/pages.ts';
import { differences } from './differences.ts';
import styles from './audit-rows.module.css';

function tone(kind: string): Tone {
  if (kind.endsWith('.refused')) return 'warn';
  if (/deployed|upgraded|finished|packaged|resolved|provisioned/.test(kind)) return 'ok';
  if (/rolledback|incident|failed/.test(kind)) return 'bad';
  return 'idle';
}

/** `v1:object:roadbed.dev/Rollout/shop/cart.prod` reads `Rollout cart.prod`. */
export function subjectInWords(subject: string): string {
  const object = /^v1:object:[^/]*\/([^/]+)\/([^/]+)\/(.+)$/.exec(subject);
  if (object !== null) return `${object[1]} ${object[3]}`;
  const commit = /^v1:commit:(.+)@([0-9a-f]{7})/.exec(subject);
  if (commit !== null) return `commit ${commit[2]} of ${commit[1]}`;
  const service = /^v1:service:(.+)@([^@]+)$/.exec(subject);
  if (service !== null) return `${service[1]} in ${service[2]}`;
  return subject.replace(/^v1:/, '').replace(/^(request|artifact|catalog|operation):/, '$1 ').replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, '$1');
}

function why(row: EventRow): string | undefined {
  for (const key of ['sentence', 'message', 'reason', 'why']) {
    const value = row.body[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

export function AuditRows({ rows }: { rows: EventRow[] }) {
  return (
    <ol className={styles.rows}>
      {rows.map((row) => (
        <li key={row.id}>
          <details className={styles.row}>
            <summary data-row-link="">
              <StateIcon tone={tone(row.kind)} />
              <span className={styles.kind}>{row.kind}</span>
              <span className={styles.subject}>{subjectInWords(row.subject)}</span>
              <span className={styles.who}>{person(row.actor.subject)}</span>
              <span className={styles.when}>
                <Age at={row.occurredAt} />
                <Glyph name="right" size={12} />
              </span>
              {why(row) === undefined ? null : <span className={styles.why}>{why(row)}</span>}
            </summary>
            <RowDetail row={row} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function RowDetail({ row }: { row: EventRow }) {
  const changes = differences(row.body['before'], row.body['after']);
  return (
    <div className={styles.detail}>
      <p>
        Row {row.sequence}, {exactTime(row.occurredAt)}, by <code>{row.actor.subject}</code> ({row.actor.issuer}) on <code>{row.subject}</code>.{' '}
        <Link to="/audit" search={{ chain: row.chain }}>
          All rows of this chain
        </Link>
      </p>
      {changes.length === 0 ? (
        <pre tabIndex={0}>{JSON.stringify(row.body, null, 2)}</pre>
      ) : (
        <table className={styles.diff}>
          <caption className="unseen">What changed</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.path}>
                <th scope="row">
                  <code>{change.path}</code>
                </th>
                <td className={styles.before}>{change.before === undefined ? <i>absent</i> : <code>− {change.before}</code>}</td>
                <td className={styles.after}>{change.after === undefined ? <i>absent</i> : <code>+ {change.after}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
