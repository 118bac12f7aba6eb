/** What the analysis thread is asked for. Everything in a job is plain data, and equal jobs have equal answers: commits do not change. */
import type { InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { DownloadFormat } from '../../api/contract/infrastructure-page.ts';
import type { EstateSource } from '../../engines/rules/estate-resource.ts';

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

/** One state as it is kept, with the code that it belongs to where that is known. */
export interface KeptState {
  source: EstateSource;
  /** `StateRecord` as JSON, compressed. */
  document: Uint8Array;
  code?: CommitPlace & { root: InfrastructureRoot };
}

/** What all jobs on states need: the key of hidden values, and the day to judge prices by. */
export interface StateJobFrame {
  key: Uint8Array;
  /** YYYY-MM-DD. */
  today: string;
}

/** A state as it came, or a document to compare one with; bytes are handed over, not copied. */
export type StateJob = StateJobFrame &
  (
    | { kind: 'state-record'; raw: Uint8Array }
    /** `earlier`: kept serials before it, oldest first. */
    | ({ kind: 'state-serial'; earlier: readonly Uint8Array[] } & KeptState)
    | { kind: 'state-estate'; members: readonly KeptState[] }
    | { kind: 'state-refresh'; source: EstateSource; raw: Uint8Array }
    | { kind: 'state-inventory'; members: readonly KeptState[]; raw: Uint8Array }
  );

export type AnalysisJob =
  | StateJob
  /** Serials for the demo, as JSON texts. */
  | ({ kind: 'example-states' } & CommitPlace & { root: InfrastructureRoot })
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
