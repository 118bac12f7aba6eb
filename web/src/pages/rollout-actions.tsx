/** What a person may do with a rollout now: while it moves, and when it stands. */
import type { RolloutPage } from '../../../src/api/contract/rollout-page.ts';
import { Action } from '../ui/action.tsx';

export function RolloutActions({ data, namespace }: { data: RolloutPage; namespace: string }) {
  const { actions, rollout } = data;
  const { service, environment } = rollout.spec;
  const attempt = rollout.status?.attempt;
  const where = { namespace, service, environment };
  const flags = `--environment ${environment} --namespace ${namespace}`;
  if (attempt === undefined || attempt.finishedAt !== undefined) {
    return <Action operation="rollback" label="Roll back" title={`Return ${service} to its last healthy release`} explanation={`Traffic in ${environment} moves first, then a commit restores the release in the desired state, and the present release is held.`} args={where} reason="required" cli={`roadbed rollback ${service} ${flags}`} disabledReason={actions.rollback.disabledReason} />;
  }
  return (
    <>
      <Action operation="abort" label="Abort" kind="danger" title={`Abort the rollout of ${service}`} explanation={`All traffic in ${environment} goes back to ${attempt.from ?? 'nothing'} at once.`} args={where} reason="required" cli={`roadbed abort ${service} ${flags}`} disabledReason={actions.abort.disabledReason} />
      <Action operation="promoteFully" label="Promote fully" title={`Give ${attempt.release} all traffic`} explanation="The remaining steps and checks are skipped. A later failure is found by the next release's checks only." args={where} cli={`roadbed resume ${service} --full ${flags}`} disabledReason={actions.promoteFully.disabledReason} />
      <Action operation="resume" label="Resume" kind="primary" title="Go on with the next step" explanation={`The pause ends; ${attempt.release} goes on to the next step.`} args={where} cli={`roadbed resume ${service} ${flags}`} disabledReason={actions.resume.disabledReason} />
    </>
  );
}
