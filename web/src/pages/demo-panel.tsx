/** The demo's controls: the whole scene at one press. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import type { DemoStatus } from '../../../src/api/contract/operations.ts';
import { operate, RequestProblem } from '../data/request.ts';
import { announce } from '../shell/announcer.tsx';
import { usePageActions } from '../shell/page-actions.tsx';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Panel } from '../ui/page.tsx';
import { ProblemLine } from '../ui/problem-panel.tsx';
import styles from './demo-panel.module.css';

export function DemoPanel({ demo }: { demo: DemoStatus }) {
  const client = useQueryClient();
  const router = useRouter();
  const release = useMutation({
    mutationFn: (kind: 'faulty' | 'fixed') => operate('demoRelease', { kind }),
    onSuccess: (result) => {
      announce(result.message, 'toast');
      void client.invalidateQueries();
      const { object } = result;
      if (object?.namespace !== undefined && object.kind === 'Rollout') void router.navigate({ to: '/rollouts/$namespace/$name', params: { namespace: object.namespace, name: object.name } });
      if (object?.namespace !== undefined && object.kind === 'PipelineRun') void router.navigate({ to: '/pipelines/$namespace/$name', params: { namespace: object.namespace, name: object.name } });
    },
  });
  const busy = release.isPending ? 'One moment, the last press is on its way.' : undefined;
  const press = (kind: 'faulty' | 'fixed') => (): void => release.mutate(kind);
  usePageActions([
    { id: 'demo/faulty', label: 'Demo: release a faulty version', run: press('faulty'), disabledReason: demo.faultyDisabledReason },
    { id: 'demo/fixed', label: 'Demo: release the fix', run: press('fixed'), disabledReason: demo.fixedDisabledReason },
  ]);
  return (
    <Panel>
      <h2 className={styles.head}>Demo shop</h2>
      <p className={styles.text}>{demo.explanation}</p>
      {release.error instanceof RequestProblem ? <ProblemLine problem={release.error.problem} /> : null}
      <div className={styles.buttons}>
        <Button kind="primary" onPress={press('faulty')} busy={release.isPending} disabledReason={demo.faultyDisabledReason ?? busy}>
          Release a faulty version
        </Button>
        <Button onPress={press('fixed')} busy={release.isPending} disabledReason={demo.fixedDisabledReason ?? busy}>
          Release the fix
        </Button>
      </div>
      <div className={styles.foot}>
        {demo.rollout === undefined || demo.namespace === undefined ? null : (
          <Link to="/rollouts/$namespace/$name" params={{ namespace: demo.namespace, name: demo.rollout }}>
            Watch {demo.service} in {demo.environment}
          </Link>
        )}
        <CopyCli command="roadbed demo break" />
      </div>
    </Panel>
  );
}
