/** receipt: why an attempt ended as it did, with everything that the sentence rests on. */
import { PlatformError } from '../../domain/error.ts';
import type { Receipt } from '../../api/contract/rollout-page.ts';
import type { CommandGroup, Session } from '../session.ts';
import { namespaceOf, ownPath, type RolloutObject } from '../resources.ts';

interface ReceiptFlags {
  environment: string;
}

function heading(session: Session, title: string): void {
  session.output.line('');
  session.output.line(session.output.style('bold', title));
}

function measured(measurement: Receipt['measurements'][number]): string {
  const { value, samples, phase, message } = measurement;
  return `${phase}${value === undefined ? '' : `, value ${Math.round(value * 1000) / 1000}`}, ${samples} samples${message === undefined ? '' : `: ${message}`}`;
}

async function receipt(session: Session, service: string, flags: ReceiptFlags): Promise<void> {
  const connection = session.connection();
  const namespace = await namespaceOf(connection, service, session.options.namespace);
  const name = `${service}.${flags.environment}`;
  const answer = await connection.call<Receipt>('GET', `/roadbed/v1/rollouts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/receipt`);
  if (session.output.json) return session.output.document({ ...answer });
  const rollout = await connection.call<RolloutObject>('GET', ownPath('rollouts', namespace, name));
  const attempt = rollout.status?.attempt;
  if (attempt === undefined) throw new PlatformError({ code: 'ROADBED-6010', class: 'not-found', message: `${name} was never rolled out`, next: 'roadbed status' });

  session.output.line(session.output.style('bold', answer.sentence));
  if (answer.returnMillis !== undefined) session.output.line(`traffic was back ${answer.returnMillis < 1000 ? `${Math.round(answer.returnMillis)} ms` : `${(answer.returnMillis / 1000).toFixed(1)} s`} after the verdict`);
  heading(session, 'Measurements');
  for (const measurement of answer.measurements) session.output.line(`  ${measurement.at}  ${measurement.check}: ${measured(measurement)}`);
  heading(session, 'Audit rows');
  for (const row of answer.audit) session.output.line(`  ${row.occurredAt}  ${row.kind}  ${row.actor.subject}`);
  heading(session, 'CDEvents');
  for (const event of answer.cdEvents) session.output.line(`  ${event.context.timestamp}  ${event.context.type}`);
  heading(session, `Delivery metrics of ${answer.metrics.scope}`);
  for (const metric of answer.metrics.metrics) session.output.line(`  ${metric.title}: ${metric.sentence}`);
  session.output.say(`chain ${answer.chain}; everything as JSON: roadbed receipt ${service} -e ${flags.environment} --json`);
}

export const receiptCommands: CommandGroup = (program, act) => {
  program.command('receipt').argument('<service>').description('why the last rollout ended as it did, with its evidence').option('-e, --environment <name>', 'environment', 'prod').action(act(receipt));
};
