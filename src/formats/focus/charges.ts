/**
 * Rows of a FOCUS table as charges.
 *
 * A row that the sum or the period of a bill rests on must be right: one wrong cell there refuses the file, with row and
 * column. Every other rule of FOCUS that rows break is counted, told with its first row, and the row is kept, because a
 * bill that has a wrong ServiceCategory is still to be paid. Negative amounts are legal: credits and corrections.
 *
 * Subjects, times and periods repeat for thousands of rows; they are kept and handed out again, within bounds.
 */
import type { BillCharge, BillFileFacts, BillMeasure, BillSlice, BillSubject, BillWarning } from '../../domain/bill.ts';
import { BILL_MEASURES } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import { ExactSum } from '../../domain/exact-sum.ts';
import { decimalText, isNull, tagsOf, timeText } from './cell-values.ts';
import { FOCUS_COLUMN, type NeededColumn } from './columns.ts';
import type { FocusHeader } from './header.ts';
import { ColumnJudge, Kept, own } from './kept-cells.ts';

const MOST_WARNINGS = 200;
const LONGEST_CELL = 64 * 1024;
const COST_COLUMN: Record<BillMeasure, string> = { billed: 'BilledCost', effective: 'EffectiveCost', list: 'ListCost', contracted: 'ContractedCost' };
const SUBJECT_COLUMNS = ['ProviderName', 'BillingAccountId', 'SubAccountId', 'SubAccountName', 'ServiceName', 'ServiceCategory', 'RegionId', 'ResourceId', 'ResourceName', 'ResourceType', 'Tags'] as const;
/** What a charge has fields for; all other columns are its detail. */
const FIELDS = new Set<string>([...SUBJECT_COLUMNS, ...Object.values(COST_COLUMN), 'BillingCurrency', 'BillingPeriodStart', 'BillingPeriodEnd', 'ChargeCategory', 'ChargePeriodStart', 'ChargePeriodEnd']);

export interface ChargeOptions {
  file: string;
  /** For rows without a ProviderName. */
  provider?: string;
  /** Columns that differ in nearly every row are kept apart from the detail: quicker, for who stores charges. */
  apart?: boolean;
}

interface DetailColumn {
  name: string;
  place: number;
  check: (cell: string) => string | undefined;
}

function checkOf(name: string): (cell: string) => string | undefined {
  const column = FOCUS_COLUMN.get(name);
  if (column?.type === 'decimal') return (cell) => (decimalText(cell) === undefined ? 'must be a decimal' : undefined);
  if (column?.type === 'json') return (cell) => (tagsOf(cell) === undefined ? 'must be a JSON object' : undefined);
  if (column?.values === undefined) return () => undefined;
  const values = new Set(column.values);
  return (cell) => (values.has(cell) ? undefined : `must be one of ${column.values?.slice(0, 6).join(', ')}${values.size > 6 ? ', ...' : ''}`);
}

/** What charges that differ only in their times, amounts and columns apart have in common. */
interface Alike {
  subject: BillSubject;
  slice: BillSlice;
  category: string;
  currency: string;
  detail: Readonly<Record<string, string>>;
  /** Rules that every such row breaks: column, rule, example. */
  broken: readonly (readonly [string, string, string])[];
}

export class ChargeReader {
  readonly #header: FocusHeader;
  readonly #options: ChargeOptions;
  #detail: DetailColumn[];
  #apart: DetailColumn[] = [];
  #apartNames: readonly string[] = [];
  #judge: ColumnJudge | undefined;
  /** Once the columns apart are known: where everything stands that makes charges alike. */
  #alikePlaces: number[] | undefined;
  readonly #alike = new Kept<Alike>();
  readonly #texts = new Kept<string>();
  readonly #costPlaces: Record<BillMeasure, number>;
  readonly #subjectPlaces: number[];
  readonly #subjects = new Kept<BillSubject>();
  readonly #slices = new Kept<BillSlice>();
  readonly #times = new Kept<string>();
  readonly #warnings = new Map<string, BillWarning>();
  readonly #totals = new Map<string, { rows: number; sums: Record<BillMeasure, ExactSum> }>();
  #rows = 0;
  #cells: readonly string[] = [];
  #row = 0;

  constructor(header: FocusHeader, options: ChargeOptions) {
    this.#header = header;
    this.#options = options;
    this.#subjectPlaces = SUBJECT_COLUMNS.map((name) => header.places.get(name) ?? -1);
    this.#detail = [...header.places].flatMap(([name, place]) => (FIELDS.has(name) ? [] : [{ name, place, check: checkOf(name) }]));
    if (options.apart === true) this.#judge = new ColumnJudge(this.#detail.map((column) => column.place));
    this.#costPlaces = { billed: header.places.get('BilledCost') ?? -1, effective: header.places.get('EffectiveCost') ?? -1, list: header.places.get('ListCost') ?? -1, contracted: header.places.get('ContractedCost') ?? -1 };
    for (const column of header.missing) this.warn(column.name, 'is mandatory in FOCUS and missing', 1, '');
    for (const name of header.unknown) this.warn(name, 'is no column of FOCUS, and a vendor\'s begins with x_; kept', 1, '');
  }

  /** Throws ROADBED-8704 with row and column. */
  charge(row: number, cells: readonly string[]): BillCharge {
    this.#row = row;
    this.#cells = cells;
    if (cells.length !== this.#header.columns.length) {
      throw new PlatformError({ code: 'ROADBED-8704', class: 'invalid', message: `row ${row} of ${this.#options.file} has ${cells.length} cells, the header has ${this.#header.columns.length}`, why: 'a comma or a quote is not as it must be, or the file was cut off', next: 'export the file again; nothing was imported' });
    }
    const starts = this.#time('ChargePeriodStart');
    const ends = this.#time('ChargePeriodEnd');
    if (ends < starts) this.#refuse('ChargePeriodEnd', `lies before the start of the charge, ${starts}`);
    const alike = this.#alikePlaces === undefined ? this.#common() : this.#alike.of(this.#alikeKey(this.#alikePlaces), () => this.#common());
    const { subject, slice, category, currency, detail } = alike;
    const amounts = { billed: this.#cost('billed'), effective: this.#cost('effective'), list: this.#cost('list'), contracted: this.#cost('contracted') };
    for (const [column, rule, example] of alike.broken) this.warn(column, rule, row, example);
    const charge: BillCharge = { row, subject, slice, category, currency, starts, ends, ...amounts, detail };
    if (this.#alikePlaces !== undefined) charge.apart = { columns: this.#apartNames, values: this.#apart.map((column) => this.#detailCell(column, (name, rule, example) => this.warn(name, rule, row, example))) };
    else if (this.#judge?.add(cells) === true) this.#setApart(this.#judge.places());
    this.#count(charge);
    return charge;
  }

  #setApart(places: ReadonlySet<number>): void {
    this.#judge = undefined;
    this.#apart = this.#detail.filter((column) => places.has(column.place));
    this.#apartNames = this.#apart.map((column) => column.name);
    this.#detail = this.#detail.filter((column) => !places.has(column.place));
    const fields = ['BillingCurrency', 'BillingPeriodStart', 'BillingPeriodEnd', 'ChargeCategory'].map((name) => this.#header.places.get(name) ?? -1);
    this.#alikePlaces = [...this.#subjectPlaces, ...fields, ...this.#detail.map((column) => column.place)].filter((place) => place >= 0);
  }

  #alikeKey(places: readonly number[]): string {
    let key = '';
    for (const place of places) key += `${this.#cells[place] ?? ''}\u0001`;
    return key;
  }

  #common(): Alike {
    const broken: [string, string, string][] = [];
    const slice = this.#slice();
    const subject = this.#subject(slice.provider);
    const category = this.#category();
    const currency = this.#currency((rule) => broken.push(['BillingCurrency', rule, this.#cell('BillingCurrency')]));
    const detail: Record<string, string> = {};
    for (const column of this.#detail) {
      const cell = this.#detailCell(column, (name, rule, example) => broken.push([name, rule, own(example.slice(0, 80))]));
      if (cell !== '') detail[column.name] = this.#alikePlaces === undefined ? cell : this.#texts.of(cell, () => own(cell));
    }
    return { subject, slice, category, currency, detail, broken };
  }

  facts(): BillFileFacts {
    const totals = [...this.#totals].map(([currency, { rows, sums }]) => ({ currency, rows, billed: sums.billed.value.toString(), effective: sums.effective.value.toString(), list: sums.list.value.toString(), contracted: sums.contracted.value.toString() }));
    return { version: this.#header.version, columns: this.#header.columns, warnings: [...this.#warnings.values()], rows: this.#rows, totals };
  }

  warn(column: string, rule: string, row: number, example: string): void {
    const key = `${column} ${rule}`;
    const before = this.#warnings.get(key);
    if (before !== undefined) before.rows += 1;
    else if (this.#warnings.size < MOST_WARNINGS) this.#warnings.set(key, { column, rule, rows: 1, firstRow: row, example: own(example.slice(0, 80)) });
  }

  #count(charge: BillCharge): void {
    this.#rows += 1;
    let total = this.#totals.get(charge.currency);
    if (total === undefined) {
      total = { rows: 0, sums: { billed: new ExactSum(), effective: new ExactSum(), list: new ExactSum(), contracted: new ExactSum() } };
      this.#totals.set(own(charge.currency), total);
    }
    total.rows += 1;
    for (const measure of BILL_MEASURES) total.sums[measure].add(charge[measure]);
  }

  /** The cell's text, empty for null. */
  #cell(name: string): string {
    const place = this.#header.places.get(name);
    const cell = place === undefined ? '' : (this.#cells[place] ?? '');
    return isNull(cell) ? '' : cell;
  }

  #needed(name: NeededColumn): string {
    const cell = this.#cell(name);
    if (cell !== '') return cell;
    if (name === 'ProviderName' && this.#options.provider !== undefined) return this.#options.provider;
    return this.#refuse(name, 'may not be null');
  }

  #refuse(name: string, why: string): never {
    const cell = this.#cell(name);
    throw new PlatformError({ code: 'ROADBED-8704', class: 'invalid', message: `row ${this.#row} of ${this.#options.file}: ${name} ${why}`, ...(cell === '' ? {} : { why: `it is ${JSON.stringify(cell.slice(0, 80))}` }), next: name === 'ProviderName' ? 'name the provider with --provider, or export the file again; nothing was imported' : 'correct or export the file again; nothing was imported' });
  }

  #time(name: 'ChargePeriodStart' | 'ChargePeriodEnd' | 'BillingPeriodStart' | 'BillingPeriodEnd'): string {
    const text = this.#times.of(this.#needed(name), () => timeText(this.#cell(name)) ?? '');
    return text === '' ? this.#refuse(name, 'must be a time like 2026-09-30T22:00:00Z') : text;
  }

  #slice(): BillSlice {
    const [provider, billingAccount, start, end] = [this.#needed('ProviderName'), this.#needed('BillingAccountId'), this.#needed('BillingPeriodStart'), this.#needed('BillingPeriodEnd')];
    return this.#slices.of([provider, billingAccount, start, end].join('\u0001'), () => {
      const [periodStart, periodEnd] = [this.#time('BillingPeriodStart'), this.#time('BillingPeriodEnd')];
      if (periodEnd <= periodStart) this.#refuse('BillingPeriodEnd', `must lie behind the start of the period, ${periodStart}`);
      return { provider: own(provider), billingAccount: own(billingAccount), periodStart, periodEnd };
    });
  }

  #subject(provider: string): BillSubject {
    let key = provider;
    for (const place of this.#subjectPlaces) key += `\u0001${place < 0 ? '' : (this.#cells[place] ?? '')}`;
    return this.#subjects.of(key, () => {
      const tags = this.#cell('Tags');
      const read = tags === '' ? {} : tagsOf(tags);
      if (read === undefined) this.warn('Tags', 'must be a JSON object; these are taken for none', this.#row, tags);
      if (this.#cell('ServiceCategory') !== '' && checkOf('ServiceCategory')(this.#cell('ServiceCategory')) !== undefined) this.warn('ServiceCategory', 'is none of the categories of FOCUS', this.#row, this.#cell('ServiceCategory'));
      return {
        provider,
        billingAccount: this.#bounded('BillingAccountId'),
        subAccount: this.#bounded('SubAccountId'),
        subAccountName: this.#bounded('SubAccountName'),
        service: own(this.#needed('ServiceName')),
        serviceCategory: this.#bounded('ServiceCategory'),
        region: this.#bounded('RegionId'),
        resource: this.#bounded('ResourceId'),
        resourceName: this.#bounded('ResourceName'),
        resourceType: this.#bounded('ResourceType'),
        tags: read ?? {},
      };
    });
  }

  #bounded(name: string): string {
    const cell = this.#cell(name);
    return cell.length > LONGEST_CELL ? this.#refuse(name, `has ${cell.length} characters; at most ${LONGEST_CELL} are read`) : own(cell);
  }

  #category(): string {
    const category = this.#needed('ChargeCategory');
    const wrong = CATEGORY_CHECK(category);
    if (wrong !== undefined) this.#refuse('ChargeCategory', wrong);
    return this.#texts.of(category, () => own(category));
  }

  #currency(tell: (rule: string) => void): string {
    const currency = this.#needed('BillingCurrency');
    if (currency.length > 40) this.#refuse('BillingCurrency', 'must be a code like USD');
    if (!/^[A-Z]{3}$/.test(currency)) tell('is no currency of ISO 4217');
    return this.#texts.of(currency, () => own(currency));
  }

  #cost(measure: BillMeasure): string {
    const name = COST_COLUMN[measure];
    const cell = this.#cells[this.#costPlaces[measure]] ?? '';
    if (!isNull(cell)) return decimalText(cell) ?? this.#refuse(name, 'must be a decimal like -12.5');
    if (measure === 'billed') return this.#refuse(name, 'may not be null');
    this.warn(name, 'may not be null; the amount is unknown', this.#row, '');
    return '';
  }

  /** Empty for null. */
  #detailCell({ name, place, check }: DetailColumn, tell: (name: string, rule: string, example: string) => void): string {
    const cell = this.#cells[place] ?? '';
    if (isNull(cell)) return '';
    if (cell.length > LONGEST_CELL) this.#refuse(name, `has ${cell.length} characters; at most ${LONGEST_CELL} are read`);
    const wrong = check(cell);
    if (wrong !== undefined) tell(name, wrong, cell);
    return cell;
  }
}

const CATEGORY_CHECK = checkOf('ChargeCategory');
