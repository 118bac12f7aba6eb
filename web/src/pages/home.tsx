/** Home: what needs me now? */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Home, InboxItem } from '../../../src/api/contract/pages.ts';
import { WeekStrip } from '../charts/week-strip.tsx';
import { home } from '../data/reads.ts';
import { count } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { ExportCsv } from '../ui/export.tsx';
import { Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { StateIcon } from '../ui/state.tsx';
import buttonStyles from '../ui/button.module.css';
import { DemoPanel } from './demo-panel.tsx';
import { FLEET_COLUMNS, FleetTable } from './fleet-table.tsx';
import styles from './home.module.css';

const CRUMBS = [{ label: 'Home' }];

export function HomePage() {
  return (
    <Loaded query={useQuery(home())} crumbs={CRUMBS}>
      {(data) => <HomeView data={data} />}
    </Loaded>
  );
}

function HomeView({ data }: { data: Home }) {
  const connected = data.fleet.length > 0 || data.repositories > 0;
  return (
    <>
      <PageHead
        crumbs={CRUMBS}
        title={data.title}
        tab="Home"
        lead={connected ? <><Link to="/catalog" search={{ kind: 'Component' }}>{count(new Set(data.fleet.map((row) => `${row.namespace}/${row.service}`)).size, 'service')}</Link> in <Link to="/environments">{count(new Set(data.fleet.map((row) => row.environment)).size, 'environment')}</Link>, looked at <Age at={data.checkedAt} />.</> : undefined}
        actions={<CopyCli command="roadbed status" />}
      />
      {connected ? (
        <>
          <div className={styles.top} data-form={formOf(data)}>
            <section aria-label="Needs you" className={styles.inbox}>
              {data.inbox.length === 0 ? (
                <Panel flush>
                  <Empty kind="all-clear" title="Nothing needs you" text="No release is held, no rollout waits, no pipeline is broken." checkedAt={data.checkedAt} />
                </Panel>
              ) : (
                <ol className={styles.list}>
                  {data.inbox.map((item) => (
                    <InboxRow key={item.id} item={item} />
                  ))}
                </ol>
              )}
            </section>
            <aside className={styles.side}>
              {data.demo.present ? <DemoPanel demo={data.demo} /> : null}
              <Panel>
                <h2 className={styles.weekTitle}>This week</h2>
                <WeekStrip week={data.week} />
              </Panel>
            </aside>
          </div>
          <Section title="Fleet" note="Traffic of the last five minutes, measured at the edge; numbers are of the last one" actions={<ExportCsv name="fleet" columns={FLEET_COLUMNS} rows={data.fleet} />}>
            <FleetTable rows={data.fleet} />
          </Section>
        </>
      ) : (
        <Panel flush>
          <Empty kind="not-connected" title="No service is connected yet" text="Home shows what needs you: returned releases, waiting promotions, broken pipelines. It fills as soon as the first service is there." action={{ label: 'Make the first service', to: '/new' }} command="roadbed new hello --template node-service" />
        </Panel>
      )}
    </>
  );
}

/** A short inbox beside two tall cards would leave a hole: then the cards stand side by side under it. */
function formOf(data: Home): 'clear' | 'short' | 'long' {
  if (data.inbox.length === 0) return 'clear';
  return data.inbox.length < 4 && data.demo.present ? 'short' : 'long';
}

function InboxRow({ item }: { item: InboxItem }) {
  return (
    <li className={styles.item} data-tone={item.tone}>
      <StateIcon tone={item.tone} size={18} />
      <div className={styles.words}>
        <p className={styles.cause}>{item.cause}</p>
        <p className={styles.impact}>
          {item.impact} <Age at={item.since} />
        </p>
      </div>
      <div className={styles.actions}>
        <CopyCli command={item.cli} compact />
        <Link to={item.action.path} className={`${buttonStyles.button} ${item.tone === 'bad' ? buttonStyles.primary : ''}`} data-row-link="">
          {item.action.label}
        </Link>
      </div>
    </li>
  );
}
