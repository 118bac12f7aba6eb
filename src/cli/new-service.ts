/** Follows a service made from a golden path until its first URL answers, and says how long it took. */
import { request } from 'node:http';
import { PlatformError } from '../domain/error.ts';
import type { PipelineRunSpec, PipelineRunStatus } from '../domain/kinds/pipeline-run.ts';
import type { ApiObject } from '../domain/object.ts';
import { listOwn, type RolloutObject } from './resources.ts';
import type { Session } from './session.ts';
import { timeoutOf } from './wait.ts';

/** Asks a URL once; hosts below `.localhost` are reached at 127.0.0.1, which Node does not do by itself. */
function answers(url: string): Promise<number | undefined> {
  const target = new URL(url);
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port: target.port, path: target.pathname, headers: { host: target.host }, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(undefined));
    outgoing.end();
  });
}

export async function waitForUrl(session: Session, namespace: string, service: string): Promise<number> {
  const started = Date.now();
  const deadline = started + timeoutOf(session);
  let said = '';
  const say = (line: string): void => {
    if (line !== said) session.output.say(line);
    said = line;
  };
  while (Date.now() < deadline) {
    const [rollout] = (await listOwn<RolloutObject>(session.connection(), 'rollouts', namespace, `spec.service=${service}`)).filter((one) => one.status?.url !== undefined);
    const url = rollout?.status?.url;
    if (url !== undefined && rollout?.status?.phase === 'Healthy') {
      const status = await answers(url);
      if (status !== undefined && status < 500) {
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        if (session.output.json) session.output.document({ service, namespace, url, seconds: Number(seconds) });
        else session.output.line(`${url} answers ${status}, ${seconds} s after you asked for it`);
        const { gitUrl } = session.connection().context;
        session.output.say(`next: git clone ${gitUrl ?? '<git url>'}/${namespace}/${service}.git (any user name, a token as the password: roadbed token create), push a change; roadbed status ${service} -n ${namespace}`);
        return 0;
      }
    }
    const runs = await listOwn<ApiObject<PipelineRunSpec, PipelineRunStatus>>(session.connection(), 'pipelineruns', namespace, `spec.repository=${service}`);
    const run = runs.at(-1);
    if (run?.status?.phase === 'Failed') throw new PlatformError({ code: 'ROADBED-6060', class: 'failed', message: `the pipeline of ${service} failed`, why: run.status.message ?? '', next: `roadbed logs --run ${run.metadata.name} -n ${namespace}` });
    say(rollout !== undefined ? `${service}: starting in ${rollout.spec.environment}` : run === undefined ? `${service}: the repository is being made` : `${service}: pipeline ${run.status?.phase ?? 'Pending'}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new PlatformError({ code: 'ROADBED-6061', class: 'timed-out', message: `${service} does not answer yet`, why: said, next: `roadbed status ${service} -n ${namespace}` });
}
