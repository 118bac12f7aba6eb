/** A hold: which release does not come back, why, and the way to lift it with a reason. */
import type { HoldSummary } from '../../../src/api/contract/shapes.ts';
import { person, shortCommit } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { StateIcon } from '../ui/state.tsx';
import styles from './hold-notice.module.css';

export function HoldNotice({ hold }: { hold: HoldSummary }) {
  return (
    <div className={styles.notice}>
      <StateIcon tone="hold" size={18} />
      <div className={styles.words}>
        <p className={styles.title}>
          <code>{hold.release}</code> is held in {hold.environment}
        </p>
        <p className={styles.text}>
          No automation and no re-push of {shortCommit(hold.commit)} brings it back; a newer commit passes by itself. By {person(hold.by)}, <Age at={hold.since} />.
        </p>
      </div>
      <Action operation="liftHold" label="Lift the hold" title={`Lift the hold on ${hold.release}`} explanation={`The release may come to ${hold.environment} again. It was held because: ${hold.reason}`} args={{ namespace: hold.namespace, hold: hold.name }} reason="required" cli={`roadbed hold lift ${hold.name} --namespace ${hold.namespace}`} />
    </div>
  );
}
