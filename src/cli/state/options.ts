/** What `roadbed state` may be told. Kept apart from what it does, which is loaded when it runs. */
import type { Severity } from '../../domain/finding.ts';

export const STATE_FORMATS = ['table', 'json', 'sarif', 'csv', 'html', 'markdown', 'patch'] as const;
export type StateFormat = (typeof STATE_FORMATS)[number];

export interface StateFlags {
  format?: StateFormat;
  out?: string;
  code?: string;
  patch?: string;
  failOn?: Severity;
  suppress?: string;
  rules?: string;
  providers?: string;
  prices?: string;
  workspace?: string;
  root?: string;
  history?: string;
  plan?: string;
  inventory?: string;
  driftIgnore?: string;
  baseline?: string;
  writeBaseline?: string;
}

/** What `roadbed state push` may be told. */
export interface PushFlags {
  root?: string;
  workspace?: string;
  repository?: string;
  commit?: string;
  plan?: string;
  inventory?: string;
  replaceLineage?: boolean;
}
