import { expect, test } from 'vitest';
import type { CommitView, RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { docsCommand, word } from './infrastructure-command.ts';

const commit = (digit: string): CommitView => ({ commit: digit.repeat(40), author: 'Mara', committedAt: '2026-01-01T00:00:00Z', subject: 'Begin' });
const page: RootPage = {
  root: { namespace: 'shop', repository: 'infra', name: 'prod', path: 'infra/my app', workspace: 'prod', variableFiles: ['prod.tfvars'], origin: 'declared', reason: '' },
  branch: 'main', commit: commit('a'), head: commit('a'), commits: [], moreCommits: false, reading: { state: 'ready' },
};

test('the command has all that the page was made with', () => {
  expect(docsCommand(page)).toBe("roadbed docs 'infra/my app' --workspace prod --var-file prod.tfvars");
  expect(docsCommand({ ...page, head: commit('c'), compared: commit('b') }, ['--format', 'svg'])).toBe("git checkout aaaaaaa && roadbed docs 'infra/my app' --workspace prod --var-file prod.tfvars --compare bbbbbbb --format svg");
});

test('no word means anything to a shell', () => {
  expect([word('a b'), word("it's"), word('$(x)'), word('plain/path.tf')]).toEqual(["'a b'", "'it'\\''s'", "'$(x)'", 'plain/path.tf']);
});
