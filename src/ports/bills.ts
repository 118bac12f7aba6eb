/**
 * Actual bills: what providers charged, row by row as evidence, and by day for questions.
 *
 * An import is one file and one transaction: a process that dies at any row leaves nothing of it. The same
 * file again changes nothing. A file with charges of a billing account and period that another delivery has
 * already brought is refused, unless it is said whether it replaces them or adds to them
 * (docs/how-to/import-a-bill.md has the semantics). Amounts of different currencies never meet in one sum.
 */
import type { BillAmounts, BillCharge, BillFileFacts, BillSlice, BillSubject, BillTotal, BillWarning } from '../domain/bill.ts';

/** What to do with charges of an account and period that another delivery has brought. */
export type BillOverlap = 'refuse' | 'replace' | 'add';

export interface BillImportRequest {
  /** Name of the file, for people. */
  file: string;
  /** Of the bytes that were sent, hexadecimal: the identity of the file. */
  sha256: string;
  bytes: number;
  format: 'csv' | 'parquet';
  /** Files of one delivery (the parts of an export) never overlap with each other; the file's own hash when it stands alone. */
  delivery: string;
  overlap: BillOverlap;
  /** The team that all of the file belongs to unless a rule says otherwise; absent: the whole organisation's bill. */
  namespace?: string;
  /** Issuer and subject of who imports, `roadbed/user:alice`. */
  importedBy: string;
}

export interface BillImport {
  id: string;
  file: string;
  sha256: string;
  bytes: number;
  format: 'csv' | 'parquet';
  delivery: string;
  namespace?: string;
  version: string;
  /** `partly-replaced`: some of its accounts and periods were. */
  state: 'active' | 'partly-replaced' | 'replaced';
  /** As imported; what was replaced since is told by the slices. */
  rows: number;
  totals: readonly BillTotal[];
  slices: readonly (BillSlice & { rows: number; /** Id of the import that replaced it. */ replacedBy?: string })[];
  /** YYYY-MM-DD, both included. */
  firstDay: string;
  lastDay: string;
  /** Rows that are equal to another row of the file in every column; counted as the provider sent them. */
  repeatedRows: number;
  /** Rows left out with `add`, because the same row of the same account and period was there already. */
  alreadyThere: number;
  warnings: readonly BillWarning[];
  importedAt: string;
  importedBy: string;
}

/** Days, both included, YYYY-MM-DD. */
export interface BillRange {
  from: string;
  to: string;
  /** Imports of this team's own bills only. */
  namespace?: string;
}

export interface BillSubjectCost {
  /** Of the subject's content: the same on every import. */
  id: string;
  subject: BillSubject;
  /** The team named when the bill was imported. */
  namespace?: string;
  totals: readonly BillTotal[];
}

export interface BillDayCost extends BillAmounts {
  /** YYYY-MM-DD. */
  day: string;
  bucket: number;
  currency: string;
  rows: number;
}

export interface BillMonth {
  /** YYYY-MM, by the day of the charges. */
  month: string;
  totals: readonly BillTotal[];
}

/** A charge with the import that it came with. */
export interface BillEvidence extends BillCharge {
  import: string;
  file: string;
}

export interface BillCoverage {
  /** Day of the first and of the last charge; absent where there is no bill. The last is that of the organisation's bill where it has one, so that no team's own bill moves what "now" is. */
  firstDay?: string;
  lastDay?: string;
  /** Changes whenever an import comes or goes: the key of what is kept of answers. */
  version: string;
}

export interface Bills {
  /**
   * Takes the file's rows in one transaction. `facts` is asked after the last row. `known: true` when this file was imported
   * before: nothing changed. Throws ROADBED-8731 for an overlap that was not decided, -8733 when the sums differ.
   */
  import(request: BillImportRequest, rows: AsyncIterable<readonly BillCharge[]>, facts: () => BillFileFacts): Promise<BillOutcome>;
  /** Whether these bytes are imported and stand. */
  findByHash(sha256: string, namespace: string | undefined): Promise<BillImport | undefined>;
  /** Newest first; of one team, or all. */
  imports(namespace?: string): Promise<BillImport[]>;
  get(id: string): Promise<BillImport | undefined>;
  /** Takes the import and its rows away; what it had replaced does not come back. False when there is none. */
  remove(id: string): Promise<boolean>;
  months(namespace?: string): Promise<BillMonth[]>;
  coverage(namespace?: string): Promise<BillCoverage>;
  /** Every subject that was charged in the range, with its sums; the largest billed amounts first. */
  subjects(range: BillRange): Promise<BillSubjectCost[]>;
  /** Sums by day, currency and bucket, where `bucketOf` says which bucket a subject (by `subjectKey`) is in; subjects without one are left out. `categories`: charges of these only (`Usage`, ...). */
  days(range: BillRange, bucketOf: ReadonlyMap<string, number>, categories?: readonly string[]): Promise<BillDayCost[]>;
  /** The rows under a number, in the order of the file; `subjects` by `subjectKey`; `after` continues behind a row of an earlier answer. */
  charges(range: BillRange, where: { subjects?: readonly string[]; after?: { import: string; row: number }; limit: number }): Promise<BillEvidence[]>;
  /** All rows of the range, import by import, in batches; ends early when the consumer stops. */
  stream(range: BillRange): AsyncIterable<readonly BillEvidence[]>;
  /** Names of the columns that the bills of the range have. */
  columns(range: BillRange): Promise<string[]>;
  /** The organisation's allocation rules as text (YAML); undefined where none were given. */
  allocation(): Promise<{ text: string; setAt: string; setBy: string } | undefined>;
  setAllocation(text: string, by: string): Promise<void>;
  /** Removes imports whose last day lies before `day`; answers how many went. */
  removeBefore(day: string): Promise<number>;
}

/** The key of a subject in `days` and `charges`: the same subject may be in the organisation's bill and in a team's. */
export function subjectKey(id: string, namespace: string | undefined): string {
  return namespace === undefined ? id : `${id} ${namespace}`;
}

/** A bill that was received whole and is kept until it is imported. */
export interface ReceivedBill {
  bytes: number;
  /** Of the content: of what is unpacked, where it came as gzip, so that packing makes no other file of it. */
  sha256: string;
  format: 'csv' | 'parquet';
  /** Where it lies on this machine. */
  path: string;
  remove(): Promise<void>;
}

export interface BillSpool {
  /** Throws ROADBED-8720 beyond `mostBytes`, -8721 for nothing, -8724 when it breaks off; then nothing of it is kept. */
  receive(from: AsyncIterable<Uint8Array>, mostBytes: number): Promise<ReceivedBill>;
}

export interface BillOutcome {
  import: BillImport;
  known: boolean;
  replaced: readonly BillImport[];
}

/** Reads a received bill into the database. `provider`: of rows that name none. Throws what the reader and `Bills.import` throw. */
export type LoadBill = (received: Pick<ReceivedBill, 'path' | 'bytes' | 'format'>, request: BillImportRequest, options: { provider?: string }) => Promise<BillOutcome>;
