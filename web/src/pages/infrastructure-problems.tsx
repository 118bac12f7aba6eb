/** Problems of code with their place: file, line, column, what is wrong, and what to write instead. */
import type { Problem } from '../../../src/api/contract/problem.ts';
import type { SourceProblemView } from '../../../src/api/contract/infrastructure-page.ts';
import { Copyable } from '../ui/copy.tsx';
import { State } from '../ui/state.tsx';
import styles from './infrastructure.module.css';

export function ProblemList({ label, problems, failure, more = 0 }: { label: string; problems: readonly SourceProblemView[]; failure?: Problem | undefined; more?: number }) {
  return (
    <div className={styles.problems}>
      <h3 className={styles.problemsHead}><State tone={failure === undefined ? 'warn' : 'bad'} plain>{label}</State></h3>
      {failure === undefined ? null : <p>{failure.message} {failure.why} <span className={styles.quiet}>{failure.code}</span></p>}
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.file}:${problem.line}:${problem.column} ${problem.message}`}>
            <Copyable text={`${problem.file}:${problem.line}:${problem.column}`} label="the place" />
            <span>
              {problem.path === '' ? null : <code>{problem.path}: </code>}
              {problem.message}
              {problem.hint === undefined ? null : <span className={styles.quiet}> {problem.hint}</span>}
            </span>
          </li>
        ))}
        {more > 0 ? <li className={styles.quiet}>and {more.toLocaleString('en')} more: saved as JSON, the file has them all</li> : null}
      </ul>
    </div>
  );
}
