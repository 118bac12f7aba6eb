/** A root: what does this code make, as of when, and how sure is that? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { CommitView, ResourceChange, RootContent, RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { changedSearch } from '../data/address.ts';
import { infrastructureRoot, type AskedRoot } from '../data/reads.ts';
import { count, shortCommit } from '../data/wording.ts';
import { Age, Elapsed } from '../ui/age.tsx';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Tabs, type Sheet } from '../ui/tabs.tsx';
import { coverageEvidence, CoverageSheet } from './infrastructure-coverage.tsx';
import { docsCommand } from './infrastructure-command.ts';
import { RootDiagram } from './infrastructure-diagram.tsx';
import { HistorySheet } from './infrastructure-history.tsx';
import { StateSection } from './infrastructure-state.tsx';
import { ModulesSheet } from './infrastructure-modules.tsx';
import { ChangesSheet } from './infrastructure-changes.tsx';
import { ProblemList } from './infrastructure-problems.tsx';
import styles from './infrastructure.module.css';

const route = getRouteApi('/infrastructure/$namespace/$repository');

export function InfrastructureRootPage() {
  const { namespace, repository } = route.useParams();
  const { root = '.', commit, compare } = route.useSearch();
  const asked: AskedRoot = { namespace, repository, root, commit, compare };
  const crumbs = [{ label: 'Infrastructure', to: '/infrastructure' }, { label: repository }];
  const query = useQuery(infrastructureRoot(asked));
  return (
    <Loaded query={query} crumbs={crumbs}>
      {(data) => <RootPageView key={`${namespace}/${repository}/${root}`} data={data} stale={query.isPlaceholderData} />}
    </Loaded>
  );
}

function nameOf({ root }: RootPage): string {
  return root.name === '.' ? root.repository : (root.name.split('/').at(-1) ?? root.name);
}

function changed(changes: readonly ResourceChange[]): string {
  const words = ['added', 'changed', 'replaced', 'removed'].flatMap((change) => {
    const number = changes.filter((one) => one.change === change).length;
    return number === 0 ? [] : [[number, change] as const];
  });
  const [first, ...rest] = words;
  if (first === undefined) return 'no resource differs';
  return [`${count(first[0], 'resource')} ${first[1]}`, ...rest.map(([number, change]) => `${number.toLocaleString('en')} ${change}`)].join(', ');
}

function title(data: RootPage): string {
  const { content, reading, compared } = data;
  const name = nameOf(data);
  if (reading.state === 'failed') return `${name} cannot be shown: ${reading.problem.message}`;
  if (content === undefined) return `${name} is being read`;
  if (compared !== undefined) return `${name}: ${changed(content.changes ?? [])} since ${shortCommit(compared.commit)}`;
  const { coverage, resources, modules, problems } = content.summary;
  const size = `${name} has ${count(resources, 'resource')}${modules === 0 ? '' : ` in ${count(modules, 'module')}`}`;
  if (problems > 0) return `${size}, and ${count(problems, 'problem')} in its code`;
  if (coverage.opaqueModules > 0) return `${size}; the code of ${count(coverage.opaqueModules, 'module')} is not here`;
  return coverage.resourceBlocks === coverage.resourceBlocksUnderstood ? `${size}, all understood` : `${size}; ${coverage.resourceBlocksUnderstood} of ${count(coverage.resourceBlocks, 'block')} are understood`;
}

function RootPageView({ data, stale }: { data: RootPage; stale: boolean }) {
  const { root, content, reading, commit } = data;
  const summary = content?.summary;
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Infrastructure', to: '/infrastructure' }, { label: root.repository }, ...(root.name === '.' ? [] : [{ label: root.name }])]}
        title={title(data)}
        tab={nameOf(data)}
        lead={`Read from the code, without credentials. It is a root because ${root.reason}.`}
        actions={<CopyCli command={docsCommand(data)} />}
      />
      <Times data={data} />
      {summary === undefined ? null : (
        <Panel>
          <Facts
            facts={[
              ['Repository', `${root.namespace}/${root.repository}`],
              ['Folder', <code key="folder">{root.path}</code>],
              ...(root.workspace === undefined ? [] : [['Workspace', root.workspace] as [string, string]]),
              ...(root.variableFiles.length === 0 ? [] : [['Variables', root.variableFiles.join(', ')] as [string, string]]),
              ['Commit', <span key="commit" title={commit.subject}><code>{shortCommit(commit.commit)}</code> <Age at={commit.committedAt} /></span>],
              ['Resources', summary.resources.toLocaleString('en')],
              ['Providers', summary.providers.join(', ') || 'none'],
              ['Understood', coverageEvidence(root.name, summary)],
            ]}
          />
        </Panel>
      )}
      {reading.state === 'failed' ? <ProblemPanel problem={reading.problem} /> : null}
      {reading.state === 'reading' ? (
        <Panel>
          <div className={styles.waiting} role="status">
            <strong>The code is being read</strong>
            <span>For <Elapsed from={reading.since} />; {reading.step}.</span>
          </div>
        </Panel>
      ) : null}
      {content === undefined ? null : <RootContentView data={data} content={content} stale={stale} />}
      {content === undefined ? <Section title="Commits"><Panel flush><HistorySheet data={data} /></Panel></Section> : null}
    </>
  );
}

function RootContentView({ data, content, stale }: { data: RootPage; content: RootContent; stale: boolean }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const problems = content.summary.problems;
  const sheets: Sheet[] = [
    ...(content.changes === undefined ? [] : [{ key: 'changes', label: count(content.changes.length + content.more.changes, 'change'), content: <ChangesSheet changes={content.changes} more={content.more.changes} /> }]),
    ...(problems === 0 ? [] : [{ key: 'problems', label: count(problems, 'problem'), content: <ProblemList label="What is wrong in the code; everything else was read" problems={content.problems} more={content.more.problems} /> }]),
    { key: 'modules', label: 'Inputs, outputs, resources', content: <ModulesSheet data={data} /> },
    { key: 'commits', label: `${data.commits.length}${data.moreCommits ? '+' : ''} ${data.commits.length === 1 ? 'commit' : 'commits'}`, content: <HistorySheet data={data} /> },
    { key: 'coverage', label: 'Coverage', content: <CoverageSheet summary={content.summary} /> },
  ];
  const open = sheets.find(({ key }) => key === search.about)?.key ?? sheets[0]?.key ?? 'modules';
  return (
    <>
      <RootDiagram data={data} content={content} stale={stale} />
      <StateSection data={data} />
      <Section title="About this root">
        <Panel flush>
          <Tabs label="About this root" sheets={sheets} open={open} onOpen={(about) => void navigate({ search: (present) => ({ ...present, about }), replace: true, resetScroll: false })} />
        </Panel>
      </Section>
    </>
  );
}

function labelOf(commit: CommitView): string {
  return `${shortCommit(commit.commit)}  ${commit.subject.slice(0, 60)}`;
}

/** As of when, and compared with when; any commit, branch or tag may be named. */
function Times({ data }: { data: RootPage }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [other, setOther] = useState<string>();
  const go = (change: { commit?: string | undefined; compare?: string | undefined }): void => void navigate({ search: (present) => changedSearch(present, { ...change, part: undefined }), resetScroll: false });
  const { commits, commit, head, compared } = data;
  const listed = (one: CommitView | undefined): [string, string][] => (one === undefined || commits.some(({ commit: known }) => known === one.commit) ? [] : [[one.commit, labelOf(one)]]);
  const rows = commits.map((one): [string, string] => [one.commit, labelOf(one)]);
  const earlier = commits[commits.findIndex((one) => one.commit === commit.commit) + 1] ?? (search.commit === undefined ? commits.find((one) => one.commit !== head.commit) : undefined);
  return (
    <div className={styles.times}>
      <div className={styles.time}>
        <Choice label="As of" value={search.commit === undefined ? '' : commit.commit} options={[['', `${data.branch}, always the newest (${shortCommit(head.commit)})`], ...(search.commit === undefined ? [] : listed(commit)), ...rows]} onChange={(value) => go({ commit: value === '' ? undefined : value })} />
      </div>
      <div className={styles.time}>
        <Choice label="Compared with" value={compared?.commit ?? ''} options={[['', 'Nothing'], ...listed(compared), ...rows]} onChange={(value) => go({ compare: value === '' ? undefined : value })} />
      </div>
      {compared === undefined && earlier !== undefined ? <Button onPress={() => go({ compare: earlier.commit })}>What changed last</Button> : null}
      {compared === undefined ? null : <Button onPress={() => go({ compare: undefined })}>End the comparison</Button>}
      {other === undefined ? (
        <Button kind="quiet" onPress={() => setOther('')}>Another commit…</Button>
      ) : (
        <form className={styles.switches} onSubmit={(event) => { event.preventDefault(); if (other.trim() !== '') go({ commit: other.trim() }); setOther(undefined); }}>
          <Field label="Commit, branch or tag" hideLabel placeholder="Commit, branch or tag" value={other} onChange={setOther} />
          <Button submit>Show</Button>
        </form>
      )}
      {search.commit !== undefined && commit.commit !== head.commit ? (
        <p className={styles.old} role="status">
          This is not the newest: <code>{shortCommit(commit.commit)}</code>, <Age at={commit.committedAt} />, “{commit.subject}” by {commit.author}.
        </p>
      ) : null}
    </div>
  );
}
