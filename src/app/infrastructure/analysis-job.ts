/** What the analysis thread is asked for. Everything in a job is plain data, and equal jobs have equal answers: commits do not change. */
import type { InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { DownloadFormat } from '../../api/contract/infrastructure-page.ts';

/** A repository's commit as the thread reads it. */
export interface CommitPlace {
  /** Folder of the bare repository. */
  gitDir: string;
  commit: string;
}

export interface RootPlace extends CommitPlace {
  root: InfrastructureRoot;
  /** Name of the system on the pictures. */
  title: string;
  /** An earlier commit to show the difference to. */
  compared?: string;
}

export type AnalysisJob =
  | ({ kind: 'roots' } & CommitPlace)
  | ({ kind: 'content' } & RootPlace)
  | ({ kind: 'modules' } & RootPlace)
  /** `link`: where a part's source is, with `{file}` and `{line}`; absent: nowhere. */
  | ({ kind: 'drawing'; diagram: string; link?: string } & RootPlace)
  | ({ kind: 'file'; diagram?: string; format: DownloadFormat; link?: string } & RootPlace);

export interface AnalysisRequest {
  id: number;
  job: AnalysisJob;
}

/** `problem` has the fields of a PlatformError; errors lose their class on the way between threads. */
export type AnalysisAnswer =
  | { id: number; bytes: Uint8Array }
  | { id: number; problem: { code: string; class: string; message: string; why?: string; next?: string } };
