/** A new service on its way: the clock of time to value, and where it is. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { NewServiceProgress, NewServiceStage } from '../../../src/api/contract/golden-path.ts';
import type { Tone } from '../../../src/api/contract/pages.ts';
import { useNow } from '../data/clock.ts';
import { newService } from '../data/reads.ts';
import { duration, person } from '../data/wording.ts';
import { Copyable, CopyCli } from '../ui/copy.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { StateIcon } from '../ui/state.tsx';
import stateStyles from '../ui/state.module.css';
import buttonStyles from '../ui/button.module.css';
import styles from './new-service.module.css';

const route = getRouteApi('/new/$namespace/$name');
const TONES: Readonly<Record<NewServiceStage['state'], Tone>> = { done: 'ok', running: 'run', waiting: 'idle', failed: 'bad' };

export function NewServiceProgressPage() {
  const { namespace, name } = route.useParams();
  return (
    <Loaded query={useQuery(newService(namespace, name))} crumbs={[{ label: 'New service', to: '/new' }, { label: name }]}>
      {(data) => <ProgressView data={data} />}
    </Loaded>
  );
}

function title(data: NewServiceProgress): string {
  const failed = data.stages.find((stage) => stage.state === 'failed');
  if (failed !== undefined) return `${data.name} stopped at: ${failed.title.toLowerCase()}`;
  if (data.timeToValueSeconds !== undefined) return `${data.name} reached production ${duration(data.timeToValueSeconds * 1_000)} after it was asked for`;
  return data.url === undefined ? `${data.name} is being made` : `${data.name} answers`;
}

function ProgressView({ data }: { data: NewServiceProgress }) {
  const now = useNow();
  const begun = Date.parse(data.requestedAt);
  const answered = data.stages.find((stage) => stage.key === 'answers')?.at;
  const end = data.timeToValueSeconds === undefined ? (answered === undefined ? now : Date.parse(answered)) : begun + data.timeToValueSeconds * 1_000;
  return (
    <>
      <PageHead
        crumbs={[{ label: 'New service', to: '/new' }, { label: data.name }]}
        title={title(data)}
        tab={data.name}
        lead={`Asked for by ${person(data.requestedBy)}.`}
        actions={
          <>
            <CopyCli command={`roadbed status ${data.name} --namespace ${data.namespace}`} />
            <Link to="/services/$namespace/$service" params={{ namespace: data.namespace, service: data.name }} className={`${buttonStyles.button} ${buttonStyles.primary}`}>
              Open the service
            </Link>
          </>
        }
      />
      <Panel>
        <div className={styles.clock}>
          <span className={styles.time}>{duration(Math.max(0, end - begun))}</span>
          <span>{data.timeToValueSeconds === undefined ? (answered === undefined ? 'since the request' : 'to the first answer') : 'time to value: request to first production deployment'}</span>
        </div>
        <ol className={styles.stages}>
          {data.stages.map((stage) => (
            <Stage key={stage.key} stage={stage} begun={begun} />
          ))}
        </ol>
      </Panel>
      {data.cloneUrl === undefined && data.url === undefined ? null : (
        <Section title="Next">
          <Panel>
            <Facts
              facts={[
                ...(data.url === undefined ? [] : [['URL', <a key="u" href={data.url} target="_blank" rel="noreferrer">{data.url}</a>] as [string, ReactNode]]),
                ...(data.cloneUrl === undefined ? [] : [['Clone and push a change', <Copyable key="c" text={`git clone ${data.cloneUrl}`} label="the command" />] as [string, ReactNode]]),
              ]}
            />
          </Panel>
        </Section>
      )}
    </>
  );
}

function Stage({ stage, begun }: { stage: NewServiceStage; begun: number }) {
  return (
    <li className={styles.stage} data-state={stage.state}>
      <span className={stateStyles[TONES[stage.state]]}>
        <StateIcon tone={TONES[stage.state]} />
      </span>
      <span>
        {stage.path === undefined ? stage.title : <Link to={stage.path}>{stage.title}</Link>}
        <span className="unseen">, {stage.state}</span>
        {stage.detail === undefined ? null : <span className={styles.detail}>{stage.detail}</span>}
      </span>
      <span className={styles.at}>{stage.at === undefined ? '' : `+${duration(Math.max(0, Date.parse(stage.at) - begun))}`}</span>
    </li>
  );
}
