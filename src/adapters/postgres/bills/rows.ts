/** Rows of the database as imports, totals and charges. */
import type { BillSubject, BillTotal, BillWarning } from '../../../domain/bill.ts';
import type { BillEvidence, BillImport } from '../../../ports/bills.ts';

export interface ImportRow {
  id: number;
  namespace: string;
  file: string;
  sha256: string;
  bytes: string;
  format: 'csv' | 'parquet';
  delivery: string;
  focus_version: string;
  rows: number;
  totals: BillTotal[];
  warnings: BillWarning[];
  first_day: string | null;
  last_day: string | null;
  repeated_rows: number;
  already_there: number;
  imported_by: string;
  imported_at: Date;
  slices: { provider: string; billing_account: string; period_start: string; period_end: string; rows: number; replaced_by: number | null }[];
}

export const IMPORT_COLUMNS = `m.id, m.namespace, m.file, m.sha256, m.bytes, m.format, m.delivery, m.focus_version, m.rows, m.totals, m.warnings,
  m.first_day::text, m.last_day::text, m.repeated_rows, m.already_there, m.imported_by, m.imported_at,
  (select coalesce(jsonb_agg(s order by s.number), '[]') from roadbed.bill_slice s where s.import = m.id) as slices`;

function utc(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export function importOf(row: ImportRow): BillImport {
  const replaced = row.slices.filter((slice) => slice.replaced_by !== null).length;
  return {
    id: String(row.id),
    file: row.file,
    sha256: row.sha256,
    bytes: Number(row.bytes),
    format: row.format,
    delivery: row.delivery,
    ...(row.namespace === '' ? {} : { namespace: row.namespace }),
    version: row.focus_version,
    state: replaced === 0 ? 'active' : replaced === row.slices.length ? 'replaced' : 'partly-replaced',
    rows: row.rows,
    totals: row.totals,
    slices: row.slices.map((slice) => ({
      provider: slice.provider, billingAccount: slice.billing_account, periodStart: utc(slice.period_start), periodEnd: utc(slice.period_end), rows: slice.rows,
      ...(slice.replaced_by === null ? {} : { replacedBy: String(slice.replaced_by) }),
    })),
    firstDay: row.first_day ?? '',
    lastDay: row.last_day ?? '',
    repeatedRows: row.repeated_rows,
    alreadyThere: row.already_there,
    warnings: row.warnings,
    importedAt: row.imported_at.toISOString(),
    importedBy: row.imported_by,
  };
}

export interface AmountsRow {
  billed: string | null;
  effective: string | null;
  list: string | null;
  contracted: string | null;
}

export const SUMS = 'trim_scale(sum(billed))::text as billed, trim_scale(sum(effective))::text as effective, trim_scale(sum(list))::text as list, trim_scale(sum(contracted))::text as contracted, sum(rows)::integer as rows';

export function amountsOf(row: AmountsRow): { billed: string; effective: string; list: string; contracted: string } {
  return { billed: row.billed ?? '', effective: row.effective ?? '', list: row.list ?? '', contracted: row.contracted ?? '' };
}

export interface ChargeRow extends AmountsRow {
  import: number;
  file: string;
  row: number;
  subject: BillSubject;
  category: string;
  currency: string;
  detail: Record<string, string>;
  own_columns: string[];
  own: (string | null)[] | null;
  starts: Date;
  ends: Date;
  provider: string;
  billing_account: string;
  period_start: Date;
  period_end: Date;
}

export const CHARGE_COLUMNS = `c.import, m.file, c."row", b.subject, i.category, i.currency, i.detail, m.own_columns, c.own, c.starts, c.ends,
  c.billed::text, c.effective::text, c.list::text, c.contracted::text, s.provider, s.billing_account, s.period_start, s.period_end`;

export const CHARGE_TABLES = `roadbed.bill_charge c
  join roadbed.bill_import m on m.id = c.import
  join roadbed.bill_slice s on s.import = c.import and s.number = c.slice
  join roadbed.bill_item i on i.import = c.import and i.id = c.item
  join roadbed.bill_subject b on b.import = c.import and b.id = i.subject`;

export function chargeOf(row: ChargeRow): BillEvidence {
  const seconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
  const detail = { ...row.detail };
  row.own_columns.forEach((name, index) => {
    const value = row.own?.[index];
    if (value !== undefined && value !== null) detail[name] = value;
  });
  return {
    import: String(row.import), file: row.file, row: row.row, subject: row.subject, category: row.category, currency: row.currency, starts: seconds(row.starts), ends: seconds(row.ends), ...amountsOf(row), detail,
    slice: { provider: row.provider, billingAccount: row.billing_account, periodStart: seconds(row.period_start), periodEnd: seconds(row.period_end) },
  };
}
