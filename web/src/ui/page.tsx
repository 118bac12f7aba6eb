/** The frame of a page: where it is, the answer as title, the facts, the actions; and what stands there while it loads or fails. */
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { UseQueryResult } from '@tanstack/react-query';
import { RequestProblem } from '../data/request.ts';
import { Age } from './age.tsx';
import { ProblemPanel } from './problem-panel.tsx';
import styles from './page.module.css';

export interface Crumb {
  label: string;
  to?: string;
}

export interface PageHeadProps {
  crumbs: Crumb[];
  title: string;
  /** What the browser's tab says when the title is a long sentence. */
  tab?: string;
  lead?: ReactNode;
  state?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ crumbs, title, tab, lead, state, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tab ?? title} · Roadbed`;
  }, [tab, title]);
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        <nav aria-label="Breadcrumb" className={styles.crumbs}>
          <ol>
            {crumbs.map((crumb) => (
              <li key={crumb.label}>{crumb.to === undefined ? crumb.label : <Link to={crumb.to}>{crumb.label}</Link>}</li>
            ))}
          </ol>
          {state}
        </nav>
        <h1>{title.replace(/ %/g, '\u00a0%')}</h1>
        {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
      </div>
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

/** Shows data when it is there, also while it is asked for again; says so when it could not be. */
export function Loaded<T>({ query, crumbs, children }: { query: UseQueryResult<T>; crumbs: Crumb[]; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    const stale = query.isError ? (
      <div className={styles.stale} role="status">
        This could not be read again; what you see is <Age at={new Date(query.dataUpdatedAt).toISOString()} suffix="old" />.
      </div>
    ) : null;
    return (
      <>
        {stale}
        {children(query.data)}
      </>
    );
  }
  if (query.error !== null) {
    const problem = query.error instanceof RequestProblem ? query.error.problem : { code: 'ROADBED-5091', message: 'The page could not be read.' };
    return (
      <>
        <PageHead crumbs={crumbs} title={problem.message} />
        <ProblemPanel problem={problem} onRetry={() => void query.refetch()} />
      </>
    );
  }
  return <Skeleton />;
}

/** Fixed boxes where the head and the first blocks will stand, so that nothing jumps. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} role="status">
      <span className="unseen">Loading</span>
      <div className={styles.bone} data-size="crumb" />
      <div className={styles.bone} data-size="title" />
      <div className={styles.bone} data-size="lead" />
      <div className={styles.bone} data-size="block" />
      <div className={styles.bone} data-size="block" />
    </div>
  );
}

export interface SectionProps {
  title: string;
  /** One sentence beside the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  id?: string;
}

export function Section({ title, note, actions, children, id }: SectionProps) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // The address named this part before the page was there: the router had nothing to scroll to.
    if (id !== undefined && window.location.hash === `#${id}`) box.current?.scrollIntoView();
  }, [id]);
  return (
    <section ref={box} className={styles.section} aria-label={title} id={id}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {note === undefined ? null : <span className={styles.note}>{note}</span>}
        {actions === undefined ? null : <span className={styles.sectionActions}>{actions}</span>}
      </div>
      {children}
    </section>
  );
}

export function Panel({ children, flush = false }: { children: ReactNode; flush?: boolean }) {
  return <div className={`${styles.panel} ${flush ? styles.flush : ''}`}>{children}</div>;
}

/** Name and value pairs in columns. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
