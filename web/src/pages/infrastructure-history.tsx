/** The commits that touched a root or a module that it calls. */
import { getRouteApi, Link } from '@tanstack/react-router';
import type { RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { changedSearch } from '../data/address.ts';
import { shortCommit } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';

const route = getRouteApi('/infrastructure/$namespace/$repository');

export function HistorySheet({ data: { root, commits, commit, compared, moreCommits } }: { data: RootPage }) {
  const search = route.useSearch();
  const params = { namespace: root.namespace, repository: root.repository };
  return (
    <Table bare caption={moreCommits ? `The newest ${commits.length} commits of this root` : 'Commits of this root'} columns={[{ label: 'Commit' }, { label: 'What' }, { label: 'When' }, { label: 'Actions', silent: true }]}>
      {commits.map((one, at) => {
        const before = commits[at + 1];
        return (
          <tr key={one.commit}>
            <td className={table.tight}>
              <Link to="/infrastructure/$namespace/$repository" params={params} search={changedSearch(search, { commit: one.commit, compare: undefined, part: undefined })} data-row-link="">
                <code title={one.commit}>{shortCommit(one.commit)}</code>
              </Link>
            </td>
            <td>
              {one.subject}
              <span className={table.sub}>{one.author}</span>
            </td>
            <td className={table.tight}><Age at={one.committedAt} /></td>
            <td className={table.tight}>
              {one.commit === commit.commit ? <State tone="ok" plain>Shown</State> : null}
              {one.commit === compared?.commit ? <State tone="idle" plain>Compared with</State> : null}{' '}
              {before === undefined ? null : (
                <Link to="/infrastructure/$namespace/$repository" params={params} search={changedSearch(search, { commit: one.commit, compare: before.commit, part: undefined, about: 'changes' })}>
                  What it changed<span className="unseen"> ({shortCommit(one.commit)})</span>
                </Link>
              )}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
