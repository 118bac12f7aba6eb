/** Audit: who did what, and is the record whole? */
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { AuditVerificationView } from '../../../src/api/contract/audit-page.ts';
import type { EventRow } from '../../../src/domain/event.ts';
import type { CsvColumn } from '../data/csv.ts';
import { audit } from '../data/reads.ts';
import { get } from '../data/request.ts';
import { announce } from '../shell/announcer.tsx';
import { usePageActions } from '../shell/page-actions.tsx';
import { Age } from '../ui/age.tsx';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { ExportCsv } from '../ui/export.tsx';
import { Choice, Field, FilterBar } from '../ui/field.tsx';
import { Loaded, PageHead, Panel } from '../ui/page.tsx';
import { StateIcon } from '../ui/state.tsx';
import { AuditRows } from './audit-rows.tsx';
import styles from './audit.module.css';

const route = getRouteApi('/audit');
const CRUMBS = [{ label: 'Audit' }];
const KINDS: [string, string][] = [
  ['', 'Everything'], ['object.', 'Changed objects'], ['request.', 'Refused requests'], ['service.', 'Deployments'], ['rollout.', 'Rollouts'], ['pipelinerun.', 'Pipelines'], ['incident.', 'Incidents'], ['change.', 'Changes'], ['object.status', 'Status changes'],
];

const COLUMNS: CsvColumn<EventRow>[] = [
  { label: 'sequence', value: (row) => row.sequence }, { label: 'occurred at', value: (row) => row.occurredAt }, { label: 'kind', value: (row) => row.kind }, { label: 'subject', value: (row) => row.subject }, { label: 'actor', value: (row) => row.actor.subject }, { label: 'issuer', value: (row) => row.actor.issuer },
  { label: 'team', value: (row) => row.namespace }, { label: 'chain', value: (row) => row.chain }, { label: 'id', value: (row) => row.id }, { label: 'body', value: (row) => JSON.stringify(row.body) },
];

export function AuditRoutePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { before, ...filter } = search;
  const query = useQuery(audit({ ...filter, ...(before === undefined ? {} : { before: Number(before) }) }));
  const verify = useMutation({
    mutationFn: () => get<AuditVerificationView>('/audit/verification'),
    onSuccess: (result) => announce(result.ok ? 'The record is whole.' : `The record is broken: ${result.problem?.message ?? ''}`),
  });
  usePageActions([{ id: 'audit/verify', label: 'Verify the audit record', run: () => verify.mutate() }]);
  const set = (change: Partial<typeof search>): void => void navigate({ search: (present) => Object.fromEntries(Object.entries({ ...present, before: undefined, ...change }).filter(([, value]) => value !== '' && value !== undefined)), replace: true });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <PageHead
        crumbs={CRUMBS}
        title={verify.data === undefined ? 'Every write and every refusal, in order' : verify.data.ok ? `The record is whole: ${verify.data.rows.toLocaleString('en')} rows checked` : 'The record was tampered with'}
        tab="Audit"
        lead="Rows are chained by hash and sealed in segments; verifying recomputes the chain."
        actions={
          <>
            {query.data === undefined || query.data.rows.length === 0 ? null : <ExportCsv name="audit" columns={COLUMNS} rows={query.data.rows} />}
            <CopyCli command="roadbed audit verify" />
            <Button kind="primary" onPress={() => verify.mutate()} busy={verify.isPending}>
              Verify
            </Button>
          </>
        }
      />
      {verify.data === undefined ? null : <Verified result={verify.data} />}
      {verify.error === null ? null : <p role="alert">The check could not run: {verify.error.message}</p>}
      <FilterBar>
        <Field label="Filter by subject" hideLabel kind="search" search placeholder="Filter by subject: payments, hold, commit" value={search.subject ?? ''} onChange={(subject) => set({ subject })} />
        <Choice label="Kind" hideLabel value={search.kind ?? ''} options={KINDS} onChange={(kind) => set({ kind })} />
        <Field label="Filter by person" hideLabel kind="search" placeholder="Person or service" value={search.actor ?? ''} onChange={(actor) => set({ actor })} />
      </FilterBar>
      {search.chain === undefined ? null : (
        <p className={styles.chain}>
          Only the chain <code>{search.chain}</code>. <Button kind="quiet" onPress={() => set({ chain: '' })}>Show all chains</Button>
        </p>
      )}
      <Loaded query={query} crumbs={CRUMBS}>
        {(data) =>
          data.rows.length === 0 ? (
            <Panel flush>
              {filtered ? <Empty kind="filtered" title="No row matches the filter" text="The log has rows, but none like this that you may read." onClear={() => void navigate({ search: {}, replace: true })} /> : <Empty kind="not-connected" title="Nothing was written yet" text="The first write through the API leaves the first row." />}
            </Panel>
          ) : (
            <>
              <Panel flush>
                <AuditRows rows={data.rows} />
              </Panel>
              <div className={styles.pages}>
                <Button disabledReason={before === undefined ? 'These are the newest rows.' : undefined} onPress={() => set({ before: '' })}>
                  Newest
                </Button>
                <Button disabledReason={data.next === undefined ? 'These are the oldest rows.' : undefined} onPress={() => set({ before: String(data.next) })}>
                  Older
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Verified({ result }: { result: AuditVerificationView }) {
  return (
    <div className={styles.verified} data-ok={result.ok} role="status">
      <StateIcon tone={result.ok ? 'ok' : 'bad'} size={18} />
      <span>
        {result.ok ? `Whole: ${result.rows.toLocaleString('en')} rows in ${result.segments} sealed segments, ${result.unsealed} not sealed yet.` : `Broken at row ${result.problem?.sequence ?? '?'}: ${result.problem?.message ?? ''}`} Checked <Age at={result.checkedAt} />.
      </span>
    </div>
  );
}
