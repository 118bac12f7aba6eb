/** The state side of a root: what was pushed, what it changed and costs, what is wasteful or drifted, and what was looked at. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { FindingView } from '../../../src/api/contract/findings-page.ts';
import type { RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import type { RootState, RootStates, SerialView } from '../../../src/api/contract/state-page.ts';
import { changedSearch } from '../data/address.ts';
import { findings, infrastructureState } from '../data/reads.ts';
import { count, money, person, shortCommit } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Choice } from '../ui/field.tsx';
import { Panel, Section } from '../ui/page.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import { FindingDialog } from './finding-details.tsx';
import { FindingsTable } from './findings-table.tsx';
import { SerialCosts } from './serial-costs.tsx';
import table from '../ui/table.module.css';
import styles from './findings.module.css';

const route = getRouteApi('/infrastructure/$namespace/$repository');
const SHOWN_FINDINGS = 8;
const SHOWN_SERIALS = 6;

export function StateSection({ data: { root } }: { data: RootPage }) {
  const query = useQuery(infrastructureState({ namespace: root.namespace, repository: root.repository, root: root.name }));
  if (query.data === undefined) return null;
  return <StateView data={query.data} namespace={root.namespace} />;
}

function StateView({ data, namespace }: { data: RootStates; namespace: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = data.states.find(({ workspace }) => workspace === search.workspace) ?? data.states[0];
  if (state === undefined) {
    return (
      <Section title="State" id="state">
        <Panel flush>
          <Empty kind="not-connected" title="No state of this root was pushed" text="The code alone does not tell what is there, unused or drifted. Push the state from the pipeline after every apply; secrets in it are taken out before anything is kept." command={data.command} />
        </Panel>
      </Section>
    );
  }
  const [newest] = state.serials;
  return (
    <Section
      title="State"
      id="state"
      note={newest === undefined ? undefined : <>serial {newest.serial}, pushed <Age at={newest.pushedAt} /> by {person(newest.pushedBy)}</>}
      actions={
        <>
          {data.states.length < 2 ? null : <Choice label="Workspace" hideLabel value={state.workspace} options={data.states.map(({ workspace }): [string, string] => [workspace, workspace])} onChange={(workspace) => void navigate({ search: (present) => changedSearch(present, { workspace: workspace === 'default' ? undefined : workspace }), replace: true, resetScroll: false })} />}
          <CopyCli command={data.command} />
        </>
      }
    >
      <Panel flush>
        <Numbers state={state} newest={newest} namespace={namespace} />
        <SerialCosts serials={state.serials} />
        <StateFindings state={state} namespace={namespace} />
      </Panel>
      <Panel flush>
        <Serials state={state} keptSerials={data.keptSerials} />
        <LookedAt state={state} coverage={data.coverage} />
      </Panel>
    </Section>
  );
}

function Numbers({ state, newest, namespace }: { state: RootState; newest: SerialView | undefined; namespace: string }) {
  const { totals, source } = state;
  const link = (area: string, number: number) => <Link to="/findings" search={{ source, area, team: namespace }}>{number.toLocaleString('en')}</Link>;
  const saved = totals.savings.map(({ monthly, currency }) => money(monthly, currency)).join(' and ');
  const cost = newest?.cost;
  return (
    <dl className={styles.numbers}>
      <div><dt>Could be saved a month</dt><dd>{saved === '' ? '–' : saved}</dd></div>
      <div><dt>Waste</dt><dd>{link('waste', totals.byArea['waste'] ?? 0)}</dd></div>
      <div><dt>Drift</dt><dd>{link('drift', totals.byArea['drift'] ?? 0)}</dd></div>
      <div><dt>Costs a month, without usage</dt><dd>{cost === undefined ? (state.pending ? 'being estimated' : '–') : cost.monthly === undefined ? 'unknown' : money(cost.monthly, cost.currency)}</dd></div>
      <div><dt>Resources</dt><dd>{newest?.resources.toLocaleString('en') ?? '–'}</dd></div>
      {state.pending ? <div><dt>Analysis</dt><dd><State tone="run" plain>Under way</State></dd></div> : null}
    </dl>
  );
}

function StateFindings({ state, namespace }: { state: RootState; namespace: string }) {
  const [chosen, choose] = useState<FindingView>();
  const query = useQuery(findings({ source: state.source, namespace, order: 'saving', limit: String(SHOWN_FINDINGS) }));
  const rows = query.data?.findings ?? [];
  if (query.data === undefined) return null;
  if (rows.length === 0) return state.pending ? null : <Empty kind="all-clear" title="Nothing is open in this state" text="No rule finds waste in it, and it is as the code says, as far as they were compared." checkedAt={query.data.looked.at ?? query.data.at} />;
  return (
    <>
      <FindingsTable
        bare
        findings={rows}
        caption="Findings of this state, the largest saving first"
        link={(finding, children, className) => <button type="button" className={`${table.figure} ${className ?? ''}`} style={{ border: 0, background: 'none', padding: 0, textAlign: 'left', cursor: 'pointer' }} onClick={() => choose(finding)} data-row-link="">{children}</button>}
      />
      {query.data.totals.count <= rows.length ? null : <p className={styles.more}><Link to="/findings" search={{ source: state.source, team: namespace }}>All {query.data.totals.count.toLocaleString('en')} findings of this state</Link></p>}
      {chosen === undefined ? null : <FindingDialog finding={chosen} onClose={() => choose(undefined)} />}
    </>
  );
}

function Serials({ state, keptSerials }: { state: RootState; keptSerials: number }) {
  const [all, setAll] = useState(false);
  const shown = all ? state.serials : state.serials.slice(0, SHOWN_SERIALS);
  return (
    <>
      <Table bare caption="Serials of the state, newest first" columns={[{ label: 'Serial' }, { label: 'Pushed' }, { label: 'Changed', number: false }, { label: 'Resources', number: true }, { label: 'Cost a month', number: true }]}>
        {shown.map((serial) => (
          <tr key={serial.number}>
            <td>
              <span className={table.main}>{serial.serial}</span>
              <span className={table.sub}>{[serial.terraformVersion === undefined ? undefined : `Terraform ${serial.terraformVersion}`, serial.kept ? undefined : 'only its numbers are kept'].filter(Boolean).join(', ')}</span>
            </td>
            <td>
              <Age at={serial.pushedAt} /> by {person(serial.pushedBy)}
              <span className={table.sub}>{serial.commit === undefined ? 'no commit was told' : <>commit <code>{shortCommit(serial.commit)}</code></>}</span>
            </td>
            <td><Changed serial={serial} /></td>
            <td className={table.number}>{serial.resources.toLocaleString('en')}</td>
            <td className={table.number}>{serial.cost?.monthly === undefined ? <span className={table.soft}>–</span> : money(serial.cost.monthly, serial.cost.currency)}</td>
          </tr>
        ))}
      </Table>
      {state.serials.length <= SHOWN_SERIALS && state.moreSerials === 0 ? null : (
        <p className={styles.more}>
          {all || state.serials.length <= SHOWN_SERIALS ? null : <Button onPress={() => setAll(true)}>Show {(state.serials.length - SHOWN_SERIALS).toLocaleString('en')} earlier</Button>} {state.moreSerials === 0 ? null : `${state.moreSerials.toLocaleString('en')} older ones are not listed. `}The newest {keptSerials} can be compared.
        </p>
      )}
    </>
  );
}

function Changed({ serial: { changes, number } }: { serial: SerialView }) {
  if (changes === undefined) return <span className={table.soft}>{number === 1 ? 'the first' : '–'}</span>;
  const parts = ([['added', changes.added], ['changed', changes.changed], ['removed', changes.removed]] as const).filter(([, part]) => part.count > 0);
  if (parts.length === 0) return <span className={table.soft}>no resource</span>;
  return (
    <details>
      <summary>{parts.map(([word, part]) => `${part.count.toLocaleString('en')} ${word}`).join(', ')}</summary>
      <ul className={table.sub}>
        {parts.flatMap(([word, part]) => [...part.addresses.slice(0, 20).map((address) => <li key={`${word} ${address}`}>{word} <code>{address}</code></li>), ...(part.count > 20 ? [<li key={word}>and {(part.count - 20).toLocaleString('en')} more {word}</li>] : [])])}
      </ul>
    </details>
  );
}

/** What was looked at and what was not: silence must not be taken for order. */
function LookedAt({ state, coverage }: { state: RootState; coverage: RootStates['coverage'] }) {
  const cost = state.serials[0]?.cost;
  const types = coverage.typesWithoutRules.slice(0, 6).map(({ type, count: number }) => `${type} (${number})`);
  return (
    <div className={styles.notes}>
      {state.trouble === undefined ? null : <p><State tone="warn" plain>{`The analysis did not finish: ${state.trouble}`}</State></p>}
      <p>{count(coverage.rules, 'waste rule')} over {count(coverage.states, 'state')} of the platform; {coverage.resourcesWithRules.toLocaleString('en')} of {count(coverage.resources, 'resource')} are of a type with rules{types.length === 0 ? '' : `; none are for ${types.join(', ')}${coverage.typesWithoutRules.length > types.length ? ' …' : ''}`}.</p>
      {cost === undefined ? null : <p>Of {count(cost.resources, 'resource')}, {cost.priced} have a price, {cost.free} cost nothing by themselves, {cost.usage} depend on usage alone, and the price of {cost.unknown} is unknown{cost.oldestPrice === undefined ? '' : `; the oldest price is of ${cost.oldestPrice}`}.</p>}
      {state.comparisons.map((one) => (
        <p key={one.kind}>{one.kind === 'refresh' ? 'Compared with a refresh plan' : 'Compared with an inventory'} <Age at={one.receivedAt} /> by {person(one.receivedBy)}: {count(one.findings, 'finding')}, {count(one.resources, 'resource')} compared{one.notCompared.length === 0 ? '' : `; not compared: ${one.notCompared.slice(0, 3).map(({ reason, count: number }) => `${number} (${reason})`).join(', ')}`}.</p>
      ))}
      {state.comparisons.some(({ kind }) => kind === 'refresh') ? null : <p>What was changed outside of Terraform is told by a refresh plan: <code>--plan</code> of the same command.</p>}
    </div>
  );
}
