/** One finding: the sentence, the evidence under it, the place in the code, what to do, what it saves; and living with it until a day. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { FindingView } from '../../../src/api/contract/findings-page.ts';
import { infrastructureSource } from '../data/reads.ts';
import { money, person } from '../data/wording.ts';
import { Action } from '../ui/action.tsx';
import { Age } from '../ui/age.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Severity } from './findings-table.tsx';
import styles from './findings.module.css';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;

export function FindingDialog({ finding, onClose }: { finding: FindingView; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={finding.title} wide>
      <div className={styles.details} tabIndex={0} role="group" aria-label="Details of the finding">
        <p className={styles.sentence}>{finding.sentence}</p>
        <dl className={styles.facts}>
          {factsOf(finding).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {finding.evidence.length === 0 ? null : (
          <>
            <h3>Evidence</h3>
            <dl className={styles.facts}>
              {finding.evidence.map(({ name, value }, at) => (
                <div key={`${name} ${at}`}>
                  <dt>{name}</dt>
                  <dd><code>{value}</code></dd>
                </div>
              ))}
            </dl>
          </>
        )}
        {finding.location === undefined ? null : <Code finding={finding} file={finding.location.file} line={String(finding.location.line)} />}
        <h3>What to do</h3>
        <p className={styles.fix}>{finding.fix.text}</p>
        {finding.fix.patch === undefined ? null : (
          <>
            <p className={styles.quiet}>As a change of the code, for <code>git apply</code>:</p>
            <pre className={styles.patch} tabIndex={0} role="region" aria-label="Patch">{finding.fix.patch}</pre>
          </>
        )}
        {finding.fix.withoutPatch === undefined ? null : <p className={styles.quiet}>No change of the code is proposed: {finding.fix.withoutPatch}.</p>}
        <p className={styles.quiet}>Rule <code>{finding.rule}</code>, fingerprint <Copyable text={finding.fingerprint.slice(0, 12)} whole={finding.fingerprint} label="the fingerprint" /></p>
      </div>
      <DialogActions>
        <Accept finding={finding} onDone={onClose} />
        <Button onPress={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

function factsOf(finding: FindingView): [string, ReactNode][] {
  const { saving, waiver, code } = finding;
  const found = finding.seenBy.map(({ analysis, source }) => `${analysis} in ${source}`).join('; ');
  return [
    ['Severity', <Severity key="severity" severity={finding.severity} />],
    ['About', <Copyable key="subject" text={finding.subject.name} label="the address" />],
    ['Team', finding.namespace],
    ['Found by', found === '' ? 'nothing any more' : found],
    ['Since', <Age key="since" at={finding.firstSeen} />],
    ['How sure', finding.confidence],
    ...(saving === undefined ? [] : [['Saves', saving.known ? `${money(saving.monthly, saving.currency)} a month${saving.low === undefined || saving.high === undefined ? '' : ` (${money(saving.low, saving.currency)} to ${money(saving.high, saving.currency)})`}; price of ${saving.priceDate}, ${saving.confidence}` : `not known: ${saving.reason}`] as [string, ReactNode]]),
    ...(finding.controls.length === 0 ? [] : [['Controls', finding.controls.join(', ')] as [string, ReactNode]]),
    ...(finding.resolvedAt === undefined ? [] : [['Resolved', <Age key="resolved" at={finding.resolvedAt} />] as [string, ReactNode]]),
    ...(waiver === undefined ? [] : [['Accepted', <span key="waiver">until {waiver.until} by {person(waiver.by)}: “{waiver.reason}”</span>] as [string, ReactNode]]),
    ...(code === undefined ? [] : [['Root', <Link key="root" to="/infrastructure/$namespace/$repository" params={{ namespace: code.namespace, repository: code.repository }} search={{ root: code.root }}>{code.root === '.' ? code.repository : code.root}</Link>] as [string, ReactNode]]),
  ];
}

function Code({ finding, file, line }: { finding: FindingView; file: string; line: string }) {
  const { code } = finding;
  const query = useQuery({ ...infrastructureSource({ namespace: code?.namespace ?? '', repository: code?.repository ?? '', root: code?.root ?? '' }, file, line), enabled: code !== undefined, staleTime: 60_000 });
  return (
    <>
      <h3>In the code</h3>
      <p><Copyable text={`${file}:${line}`} label="the place" /></p>
      {query.data === undefined ? null : (
        <pre className={styles.code} tabIndex={0} role="region" aria-label={`${file} from line ${query.data.from}`}>
          {query.data.lines.map((text, index) => <span key={index} data-line={query.data.from + index}>{text === '' ? ' ' : text}</span>)}
        </pre>
      )}
    </>
  );
}

function Accept({ finding, onDone }: { finding: FindingView; onDone: () => void }) {
  const args = { namespace: finding.namespace, fingerprint: finding.fingerprint };
  if (finding.state === 'resolved') return null;
  if (finding.state === 'accepted') {
    return <Action operation="reopenFinding" label="Open again" title="Open the finding again" explanation="It counts again from now on." args={args} reason="required" cli={`roadbed finding reopen ${finding.fingerprint} -n ${finding.namespace}`} disabledReason={finding.waiveDisabledReason} onDone={onDone} />;
  }
  return (
    <Action
      operation="acceptFinding"
      label="Accept…"
      title="Accept the finding until a day"
      explanation={`“${finding.title}” of ${finding.subject.name} no longer counts as open until then. On the day after it is open again by itself.`}
      args={args}
      reason="required"
      day={{ field: 'until', label: 'Until', initial: new Date(Date.now() + USUAL_DAYS * DAY_MS).toISOString().slice(0, 10), hint: 'The last day on which it holds; a year at most.', option: '--until' }}
      cli={`roadbed finding accept ${finding.fingerprint} -n ${finding.namespace}`}
      disabledReason={finding.waiveDisabledReason}
      onDone={onDone}
    />
  );
}
