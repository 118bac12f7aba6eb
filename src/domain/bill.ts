/**
 * A bill as FOCUS has it: charges, each with what it was for, when, and four answers to "how much".
 *
 * A charge is told in two parts. Its `subject` is what a cost can be given to somebody by: provider, account,
 * service, region, resource, tags. Everything else of the row, vendor columns too, is `detail`. Amounts are
 * decimal texts as the provider wrote them; nothing here is a binary fraction, and amounts of different
 * currencies are never added.
 */

/** The four cost columns of FOCUS: the invoice; commitments amortised; without discounts; with negotiated prices. */
export const BILL_MEASURES = ['billed', 'effective', 'list', 'contracted'] as const;
export type BillMeasure = (typeof BILL_MEASURES)[number];

/** Decimal texts. A cost that the file does not give is an empty text, not 0. */
export type BillAmounts = Record<BillMeasure, string>;

export interface BillSubject {
  /** `AWS`: ProviderName, or the service provider's name of FOCUS 1.3. */
  provider: string;
  billingAccount: string;
  /** AWS account, Azure subscription, Google project; empty where the charge has none. */
  subAccount: string;
  subAccountName: string;
  /** ServiceName, ServiceCategory. */
  service: string;
  serviceCategory: string;
  region: string;
  /** ResourceId as the provider writes it (ARN, Azure id, ...); empty for a charge of no resource. */
  resource: string;
  resourceName: string;
  resourceType: string;
  tags: Readonly<Record<string, string>>;
}

/** What a new delivery of the provider replaces as a whole: the charges of one billing account and billing period. */
export interface BillSlice {
  provider: string;
  billingAccount: string;
  /** RFC 3339 UTC; the end is not part of it. */
  periodStart: string;
  periodEnd: string;
}

export interface BillCharge extends BillAmounts {
  /** 1-based; the header is row 1, so the first charge is row 2, in CSV; in Parquet the first charge is row 1. */
  row: number;
  subject: BillSubject;
  slice: BillSlice;
  /** `Usage`, `Purchase`, `Tax`, `Credit`, `Adjustment`. */
  category: string;
  /** ISO 4217, or what the file has (a virtual currency). */
  currency: string;
  /** RFC 3339 UTC; the end is not part of it. */
  starts: string;
  ends: string;
  /** All other columns that are not null, by their names in the file; without those that stand apart. */
  detail: Readonly<Record<string, string>>;
  /** What differs in nearly every row (a line number, a quantity), where the reader was asked to keep it apart: charges that are otherwise alike then have the same `detail` object. An empty text is null. */
  apart?: { columns: readonly string[]; values: readonly string[] };
}

/** All columns of a charge that it has no field for, those that stand apart too. */
export function detailOf({ detail, apart }: Pick<BillCharge, 'detail' | 'apart'>): Readonly<Record<string, string>> {
  if (apart === undefined) return detail;
  return { ...detail, ...Object.fromEntries(apart.columns.flatMap((name, index) => (apart.values[index] === '' ? [] : [[name, apart.values[index] ?? '']]))) };
}

/** The UTC day (YYYY-MM-DD) on which a charge is counted: that on which it starts. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** What the reader of the file learnt on the way; asked for after the last row. */
export interface BillFileFacts {
  /** `1.0`, `1.1`, `1.2`, as the columns tell. */
  version: string;
  columns: readonly string[];
  warnings: readonly BillWarning[];
  rows: number;
  /** Exact sums as read from the file, by currency: the database's must be the same, or nothing is imported. */
  totals: readonly BillTotal[];
}

/** A rule of FOCUS that rows break without making the bill unreadable. */
export interface BillWarning {
  column: string;
  rule: string;
  rows: number;
  firstRow: number;
  /** Shortened. */
  example: string;
}

export interface BillTotal extends BillAmounts {
  currency: string;
  rows: number;
}

/** A subject as one text, the same for the same content: keys of tags in order. */
export function subjectText(subject: BillSubject): string {
  const tags = Object.fromEntries(Object.entries(subject.tags).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { provider, billingAccount, subAccount, subAccountName, service, serviceCategory, region, resource, resourceName, resourceType } = subject;
  return JSON.stringify({ provider, billingAccount, subAccount, subAccountName, service, serviceCategory, region, resource, resourceName, resourceType, tags });
}
