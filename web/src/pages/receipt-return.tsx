/** The one resumable return, step by step, with the time since the verdict. */
import type { Attempt } from '../../../src/domain/kinds/rollout.ts';
import type { HoldSummary } from '../../../src/api/contract/shapes.ts';
import { duration, exactTime, person, shortCommit } from '../data/wording.ts';
import { StateIcon } from '../ui/state.tsx';
import styles from './receipt.module.css';

export function ReturnSteps({ attempt, lifted }: { attempt: Attempt; lifted: HoldSummary[] }) {
  const back = attempt.rollback;
  if (back === undefined) return null;
  const start = attempt.verdict?.at ?? back.startedAt;
  const after = (at: string | undefined): string | undefined => (at === undefined ? undefined : `+${duration(Date.parse(at) - Date.parse(start))}`);
  const steps: { title: string; detail: string; done: boolean; at?: string | undefined }[] = [
    { title: 'Verdict', detail: attempt.verdict?.sentence ?? 'The check failed.', done: true, at: start },
    { title: 'Intent, hold and event recorded', detail: `One transaction; hold ${back.hold ?? 'pending'}`, done: back.intent !== undefined, at: back.startedAt },
    { title: 'Traffic back', detail: `All requests go to ${attempt.from ?? 'nothing'}`, done: back.trafficAt !== undefined, at: back.trafficAt },
    { title: 'Desired state restored', detail: back.commit === undefined ? 'pending' : `Commit ${shortCommit(back.commit)} names the last healthy hash`, done: back.commit !== undefined },
    { title: 'Old revision drained', detail: 'Requests in flight ended by themselves', done: back.drainedAt !== undefined, at: back.drainedAt },
    ...lifted.map((hold) => ({ title: 'Hold lifted', detail: `By ${person(hold.lifted?.by ?? '')}: ${hold.lifted?.reason ?? ''}`, done: true, at: hold.lifted?.at })),
  ];
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <li key={step.title} className={styles.step}>
          <StateIcon tone={step.done ? 'ok' : 'run'} />
          <div>
            {step.title}
            <span className="unseen">{step.done ? ', done' : ', under way'}</span>
            <span className={styles.detail}>{step.detail}</span>
          </div>
          <span className={styles.offset}>{step.at === undefined ? '' : <time dateTime={step.at} title={exactTime(step.at)}>{after(step.at)}</time>}</span>
        </li>
      ))}
    </ol>
  );
}
