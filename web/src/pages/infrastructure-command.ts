/** The commands that show the same on a terminal, in a checkout of the repository. Pure. */
import type { RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { shortCommit } from '../data/wording.ts';

/** Words that a POSIX shell would read otherwise are quoted. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `roadbed docs` of what the page shows; at an older commit that is checked out before. */
export function docsCommand({ root, commit, head, compared }: RootPage, more: readonly string[] = []): string {
  const words = [
    'roadbed', 'docs', root.path,
    ...(root.workspace === undefined ? [] : ['--workspace', root.workspace]),
    ...root.variableFiles.flatMap((file) => ['--var-file', file]),
    ...(compared === undefined ? [] : ['--compare', shortCommit(compared.commit)]),
    ...more,
  ];
  const command = words.map(word).join(' ');
  return commit.commit === head.commit ? command : `git checkout ${shortCommit(commit.commit)} && ${command}`;
}
