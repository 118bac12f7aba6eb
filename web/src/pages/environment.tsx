/** Environment: how does a release come in here, and may I change that? Settings left, what will change right. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { DESCRIPTION_ANNOTATION } from '../../../src/api/contract/pages.ts';
import type { EnvironmentRow } from '../../../src/api/contract/pages.ts';
import { environments, mayChange, session } from '../data/reads.ts';
import { patchObject, RequestProblem } from '../data/request.ts';
import { count, person } from '../data/wording.ts';
import { announce } from '../shell/announcer.tsx';
import { Age } from '../ui/age.tsx';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded, PageHead, Panel } from '../ui/page.tsx';
import { ProblemLine } from '../ui/problem-panel.tsx';
import { differences } from './differences.ts';
import { commandOf, draftOf, mergePatch, problemsOf, specOf } from './environment-draft.ts';
import type { Draft } from './environment-draft.ts';
import { EnvironmentForm } from './environment-form.tsx';
import styles from './environment.module.css';

const route = getRouteApi('/environments/$name');

export function EnvironmentRoutePage() {
  const { name } = route.useParams();
  const crumbs = [{ label: 'Environments', to: '/environments' }, { label: name }];
  return (
    <Loaded query={useQuery(environments())} crumbs={crumbs}>
      {(data) => {
        const row = data.environments.find((environment) => environment.name === name);
        if (row !== undefined) return <EnvironmentView key={name} row={row} others={data.environments.filter((other) => other !== row)} />;
        return (
          <>
            <PageHead crumbs={crumbs} title={`There is no environment "${name}"`} tab="Environment" />
            <Panel flush>
              <Empty kind="not-connected" title="Nothing is called so" text="It was removed, or the address was mistyped." action={{ label: 'All environments', to: '/environments' }} />
            </Panel>
          </>
        );
      }}
    </Loaded>
  );
}

function title(row: EnvironmentRow): string {
  const from = row.promotesFrom ?? 'the pipeline';
  return `${row.name} takes ${row.autoPromote ? `every release from ${from} by itself` : `a release from ${from} when a person says so`}`;
}

function EnvironmentView({ row, others }: { row: EnvironmentRow; others: EnvironmentRow[] }) {
  const [base, setBase] = useState(row);
  const [draft, setDraft] = useState<Draft>();
  const allowed = useQuery(mayChange('environments', row.name)).data;
  const who = useQuery(session()).data;
  const shown = draft ?? draftOf(row);
  const change = (next: Partial<Draft>): void => {
    if (draft === undefined) setBase(row);
    setDraft({ ...shown, ...next });
  };
  const forbidden = allowed === false ? `Environments are changed by platform admins; ${person(who?.subject ?? 'you')} may only read them.` : undefined;
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Environments', to: '/environments' }, { label: row.name }]}
        title={title(row)}
        tab={row.name}
        lead={row.description ?? `${count(row.services, 'service')} ${row.services === 1 ? 'runs' : 'run'} here.`}
        actions={
          <>
            <Link to="/audit" search={{ subject: `Environment/-/${row.name}` }} className={styles.history}>
              Who changed it
            </Link>
            <CopyCli command={`roadbed get environment ${row.name} --json`} />
          </>
        }
      />
      <div className={styles.columns}>
        <EnvironmentForm draft={shown} onChange={change} problems={problemsOf(shown)} readOnly={forbidden !== undefined} sources={others.filter((other) => other.order < row.order).map((other) => other.name)} />
        <Changes row={draft === undefined ? row : base} moved={draft !== undefined && base.resourceVersion !== row.resourceVersion} draft={shown} forbidden={forbidden} onDone={() => setDraft(undefined)} />
      </div>
    </>
  );
}

interface ChangesProps {
  row: EnvironmentRow;
  /** The object was changed since the draft was begun. */
  moved: boolean;
  draft: Draft;
  forbidden: string | undefined;
  onDone: () => void;
}

function Changes({ row, moved, draft, forbidden, onDone }: ChangesProps) {
  const client = useQueryClient();
  const wrong = Object.keys(problemsOf(draft)).length;
  const after = wrong > 0 ? row.spec : specOf(draft, row.spec);
  const spec = mergePatch(row.spec, after);
  const described = draft.description.trim() === (row.description ?? '') ? undefined : { annotations: { [DESCRIPTION_ANNOTATION]: draft.description.trim() === '' ? null : draft.description.trim() } };
  const patch = { ...(described === undefined ? {} : { metadata: described }), ...(spec === undefined ? {} : { spec }) };
  const rows = differences({ description: row.description, ...row.spec }, { description: draft.description.trim() === '' ? undefined : draft.description.trim(), ...after });
  const save = useMutation({
    mutationFn: () => patchObject('environments', row.name, { ...patch, metadata: { ...patch.metadata, resourceVersion: row.resourceVersion } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: environments().queryKey });
      announce(`${row.name} is changed; the next rollout follows it`, 'toast');
      onDone();
    },
  });
  const nothing = rows.length === 0;
  const reason = forbidden ?? (wrong > 0 ? `${wrong === 1 ? 'One field is' : `${wrong} fields are`} not as it must be yet.` : nothing ? 'Nothing is changed yet.' : undefined);
  return (
    <section aria-label="What will change" className={styles.changes}>
      <Panel>
        <h2>What will change</h2>
        {nothing ? wrong > 0 ? null : <p className={styles.soft}>{forbidden ?? 'Nothing yet. The fields hold what is kept now.'}</p> : <Difference rows={rows} />}
        {wrong === 0 ? null : <p className={styles.wrong}>{wrong === 1 ? 'One field is' : `${wrong} fields are`} not as it must be; what it would change is not counted yet.</p>}
        {nothing ? null : <p className={styles.soft}>A rollout that is under way keeps the strategy it began with.</p>}
        {moved ? <p role="status" className={styles.moved}>Somebody changed this environment since you began; saving will be refused. Discard to see the new settings.</p> : null}
        {save.error instanceof RequestProblem ? <ProblemLine problem={save.error.problem} /> : null}
        <div className={styles.buttons}>
          <Button kind="primary" busy={save.isPending} disabledReason={reason} onPress={() => save.mutate()}>
            Save
          </Button>
          <Button disabledReason={nothing && wrong === 0 ? 'There is nothing to discard.' : undefined} onPress={() => { save.reset(); onDone(); }}>
            Discard
          </Button>
          {nothing ? null : <CopyCli command={commandOf(row.name, patch)} />}
        </div>
      </Panel>
      <p className={styles.age}>
        Last changed <Age at={row.changedAt} />; every change is kept in the audit log.
      </p>
    </section>
  );
}

function Difference({ rows }: { rows: ReturnType<typeof differences> }) {
  return (
    <dl className={styles.diff}>
      {rows.map((row) => (
        <div key={row.path}>
          <dt>
            <code>{row.path}</code>
          </dt>
          <dd>
            <del>{row.before ?? 'absent'}</del>
            <ins>{row.after ?? 'absent'}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
