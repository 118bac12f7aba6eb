/** The fields of an environment: path, automation, the steps that traffic moves in, and the checks beside them. */
import type { NoDataPolicy } from '../../../src/domain/kinds/rollout.ts';
import { Button } from '../ui/button.tsx';
import { Check, Choice, Field } from '../ui/field.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { Panel } from '../ui/page.tsx';
import type { CheckDraft, Draft, Problems, StepDraft } from './environment-draft.ts';
import styles from './environment.module.css';

export interface EnvironmentFormProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  problems: Problems;
  readOnly: boolean;
  /** Environments earlier on the path. */
  sources: string[];
}

export function EnvironmentForm({ draft, onChange, problems, readOnly, sources }: EnvironmentFormProps) {
  const from: [string, string][] = [['', 'the pipeline'], ...sources.map((name): [string, string] => [name, name])];
  if (draft.promotesFrom !== '' && !sources.includes(draft.promotesFrom)) from.push([draft.promotesFrom, draft.promotesFrom]);
  return (
    <fieldset className={styles.form} disabled={readOnly}>
      <legend className="unseen">Settings</legend>
      <Panel>
        <div className={styles.fields}>
          <Field label="What it is for" value={draft.description} onChange={(description) => onChange({ description })} placeholder="Serves customers" problem={problems['description']} />
          <Choice label="Takes releases from" value={draft.promotesFrom} options={from} onChange={(promotesFrom) => onChange({ promotesFrom })} />
          <Check label="Production" checked={draft.production} onChange={(production) => onChange({ production })} hint="Users depend on it; deployments here count for the delivery metrics." />
          <Check label="Promote by itself" checked={draft.autoPromote} onChange={(autoPromote) => onChange({ autoPromote })} hint={`Whatever ${draft.promotesFrom === '' ? 'the pipeline made' : `is verified in ${draft.promotesFrom}`} comes here without a person.`} />
          <Check label="Roll back by itself" checked={draft.autoRollback} onChange={(autoRollback) => onChange({ autoRollback })} hint="When a check fails, traffic returns to the last healthy release and the new one is held." />
        </div>
      </Panel>
      <Steps steps={draft.steps} problems={problems} onChange={(steps) => onChange({ steps })} readOnly={readOnly} />
      <Checks checks={draft.checks} problems={problems} onChange={(checks) => onChange({ checks })} readOnly={readOnly} />
      <Panel>
        <div className={styles.narrow}>
          <Field label="Seconds until a new release must be ready" kind="number" value={draft.deadlineSeconds} onChange={(deadlineSeconds) => onChange({ deadlineSeconds })} hint="Empty: 600 seconds. A release that is not ready by then is returned." problem={problems['deadlineSeconds']} />
        </div>
      </Panel>
    </fieldset>
  );
}

interface PartProps {
  problems: Problems;
  /** The whole form only shows, so the buttons that add, move and remove would say nothing. */
  readOnly: boolean;
}

function Steps({ steps, problems, onChange, readOnly }: PartProps & { steps: StepDraft[]; onChange: (steps: StepDraft[]) => void }) {
  const replace = (index: number, value: string): void => onChange(steps.map((step, at) => (at === index && step.kind !== 'analysis' ? { ...step, value } : step)));
  const move = (index: number, by: 1 | -1): void => {
    const next = [...steps];
    const [step] = next.splice(index, 1);
    if (step !== undefined) next.splice(index + by, 0, step);
    onChange(next);
  };
  return (
    <Panel>
      <h2>Steps</h2>
      <p className={styles.soft}>{steps.length === 0 ? 'None: a release takes all traffic at once, and no check judges it on the way.' : 'Traffic moves to a new release in this order, then all of it.'}</p>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li key={index} className={styles.step}>
            <span className={styles.place}>{index + 1}</span>
            {step.kind === 'analysis' ? (
              <p className={styles.fixed}>Waits for {'analysis' in step.step ? step.step.analysis.checks.map((check) => check.name).join(', ') : 'checks'}</p>
            ) : (
              <>
                <span className={styles.word}>{step.kind === 'weight' ? 'Share, %' : 'Wait for'}</span>
                <Field hideLabel label={step.kind === 'weight' ? `Step ${index + 1}: share of the traffic, %` : `Step ${index + 1}: wait for`} value={step.value} kind={step.kind === 'weight' ? 'number' : 'text'} placeholder={step.kind === 'pause' ? 'a person' : ''} onChange={(value) => replace(index, value)} problem={problems[`steps.${index}`]} />
              </>
            )}
            {readOnly ? null : (
              <span className={styles.tools}>
                <Button kind="quiet" label={`Move step ${index + 1} up`} disabledReason={index === 0 ? 'It is the first.' : undefined} onPress={() => move(index, -1)}><Glyph name="up" size={14} /></Button>
                <Button kind="quiet" label={`Move step ${index + 1} down`} disabledReason={index === steps.length - 1 ? 'It is the last.' : undefined} onPress={() => move(index, 1)}><Glyph name="down" size={14} /></Button>
                <Button kind="quiet" label={`Remove step ${index + 1}`} onPress={() => onChange(steps.filter((_, at) => at !== index))}><Glyph name="close" size={14} /></Button>
              </span>
            )}
          </li>
        ))}
      </ol>
      <div className={styles.buttons} hidden={readOnly}>
        <Button onPress={() => onChange([...steps, { kind: 'weight', value: '' }])}>Add a share</Button>
        <Button onPress={() => onChange([...steps, { kind: 'pause', value: '30s' }])}>Add a wait</Button>
      </div>
    </Panel>
  );
}

const NO_DATA: [NoDataPolicy, string][] = [['wait', 'wait for more'], ['fail', 'count as failed'], ['inconclusive', 'stop and ask a person'], ['pass', 'count as passed']];
const METRICS: Readonly<Record<CheckDraft['check']['metric'], string>> = { successRate: 'Success, at least %', latency: 'First byte, at most ms', query: 'Query' };

function Checks({ checks, problems, onChange, readOnly }: PartProps & { checks: CheckDraft[]; onChange: (checks: CheckDraft[]) => void }) {
  const set = (index: number, change: Partial<CheckDraft>): void => onChange(checks.map((check, at) => (at === index ? { ...check, ...change } : check)));
  const free = (name: string): string => (checks.some(({ check }) => check.name === name) ? free(`${name}-2`) : name);
  const add = (check: Pick<CheckDraft['check'], 'name' | 'metric' | 'quantile'>, limit: string): void =>
    onChange([...checks, { check: { ...check, name: free(check.name), interval: '5s', window: '30s', minSamples: 20, noData: 'wait' }, limit, minSamples: '20', failureLimit: '0', noData: 'wait' }]);
  return (
    <Panel>
      <h2>Checks</h2>
      <p className={styles.soft}>{checks.length === 0 ? 'None: nothing returns a bad release by itself.' : 'They run beside the steps, on what the edge measures of the new release.'}</p>
      {checks.map((entry, index) => (
        <div key={entry.check.name} role="group" aria-label={entry.check.name} className={styles.check}>
          <div className={styles.checkHead}>
            <h3>{entry.check.name}</h3>
            <span className={styles.soft}>{entry.check.metric === 'latency' ? `p${Math.round((entry.check.quantile ?? 0.95) * 1_000) / 10}` : ''}{entry.check.window === undefined ? '' : ` over ${entry.check.window}`}{entry.check.interval === undefined ? '' : `, every ${entry.check.interval}`}</span>
            {readOnly ? null : <Button kind="quiet" label={`Remove the check ${entry.check.name}`} onPress={() => onChange(checks.filter((_, at) => at !== index))}><Glyph name="close" size={14} /></Button>}
          </div>
          <div className={styles.checkFields}>
            {entry.check.metric === 'query' ? <p className={styles.fixed}><code>{entry.check.query}</code></p> : <Field label={METRICS[entry.check.metric]} kind="number" value={entry.limit} onChange={(limit) => set(index, { limit })} problem={problems[`checks.${index}.limit`]} />}
            <Field label="Samples needed" kind="number" value={entry.minSamples} onChange={(minSamples) => set(index, { minSamples })} problem={problems[`checks.${index}.minSamples`]} />
            <Choice label="With fewer samples" value={entry.noData} options={NO_DATA} onChange={(noData) => set(index, { noData: noData as NoDataPolicy })} />
            <Field label="Failures tolerated" kind="number" value={entry.failureLimit} onChange={(failureLimit) => set(index, { failureLimit })} problem={problems[`checks.${index}.failureLimit`]} />
          </div>
        </div>
      ))}
      <div className={styles.buttons} hidden={readOnly}>
        <Button onPress={() => add({ name: 'success-rate', metric: 'successRate' }, '99')}>Add a success check</Button>
        <Button onPress={() => add({ name: 'latency-p99', metric: 'latency', quantile: 0.99 }, '1000')}>Add a latency check</Button>
      </div>
    </Panel>
  );
}
