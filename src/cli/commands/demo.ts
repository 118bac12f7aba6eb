/** demo: the scene of the tutorial, step by step. */
import type { DemoStatus } from '../../api/contract/operations.ts';
import type { CommandGroup, Session } from '../session.ts';
import { operate, report } from './delivery.ts';

async function status(session: Session): Promise<void> {
  const demo = await session.connection().call<DemoStatus>('GET', '/roadbed/v1/demo');
  if (session.output.json) return session.output.document({ ...demo });
  session.output.line(demo.explanation);
  if (demo.present) session.output.say('next: roadbed demo break');
}

export const demoCommands: CommandGroup = (program, act) => {
  const demo = program.command('demo').description('the demo fleet').action(act(status));
  demo.command('status').description('where the scene is').action(act(status));
  demo.command('break').description('release a faulty version of payments, for real').action(act(async (session: Session) => {
    report(session, await operate(session, 'demoRelease', { kind: 'faulty' }));
    session.output.say('next: roadbed status payments --watch');
  }));
  demo.command('fix').description('release the repaired version').action(act(async (session: Session) => {
    report(session, await operate(session, 'demoRelease', { kind: 'fixed' }));
    session.output.say('next: roadbed status payments --watch');
  }));
};
