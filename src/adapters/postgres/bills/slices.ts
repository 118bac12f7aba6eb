/** Billing accounts and periods of a file, and what other deliveries have brought of the same. */
import type pg from 'pg';
import type { BillSlice } from '../../../domain/bill.ts';
import { PlatformError } from '../../../domain/error.ts';
import type { BillImportRequest } from '../../../ports/bills.ts';

const MOST_SLICES = 10_000;

export interface EarlierSlice {
  import: number;
  number: number;
  file: string;
  importedAt: Date;
}

export class FileSlices {
  readonly #client: pg.Client;
  readonly #request: BillImportRequest;
  readonly #numbers = new Map<BillSlice, number>();
  readonly #places = new Map<string, number>();
  readonly slices: (BillSlice & { rows: number })[] = [];
  /** Of other deliveries, for the same accounts and periods. */
  readonly earlier: EarlierSlice[] = [];

  constructor(client: pg.Client, request: BillImportRequest) {
    this.#client = client;
    this.#request = request;
  }

  /** The number of a slice that was asked for before. */
  known(slice: BillSlice): number | undefined {
    return this.#numbers.get(slice);
  }

  /** Throws ROADBED-8731 when another delivery has brought the slice and nothing was decided. */
  async numberOf(slice: BillSlice): Promise<number> {
    const place = JSON.stringify([slice.provider, slice.billingAccount, slice.periodStart, slice.periodEnd]);
    let number = this.#places.get(place);
    if (number === undefined) {
      number = this.slices.length;
      if (number >= MOST_SLICES) throw new PlatformError({ code: 'ROADBED-8734', class: 'invalid', message: `${this.#request.file} has more than ${MOST_SLICES} billing accounts and periods`, next: 'import it in parts' });
      this.#places.set(place, number);
      this.slices.push({ ...slice, rows: 0 });
      await this.#look(slice);
    }
    if (this.#numbers.size > MOST_SLICES) this.#numbers.clear();
    this.#numbers.set(slice, number);
    return number;
  }

  async #look(slice: BillSlice): Promise<void> {
    const { rows } = await this.#client.query<{ import: number; number: number; namespace: string; file: string; imported_at: Date }>(
      `select s.import, s.number, m.namespace, m.file, m.imported_at from roadbed.bill_slice s join roadbed.bill_import m on m.id = s.import
       where s.provider = $1 and s.billing_account = $2 and s.period_start = $3 and s.replaced_by is null and (m.delivery <> $4 or m.namespace <> $5)`,
      [slice.provider, slice.billingAccount, slice.periodStart, this.#request.delivery, this.#request.namespace ?? ''],
    );
    refuseOthers(rows, this.#request);
    const [first] = rows;
    if (first !== undefined && this.#request.overlap === 'refuse') {
      throw new PlatformError({
        code: 'ROADBED-8731',
        class: 'conflict',
        message: `charges of ${slice.provider} account ${slice.billingAccount} for the period from ${slice.periodStart.slice(0, 10)} are there already`,
        why: `${first.file} brought them on ${first.imported_at.toISOString().slice(0, 10)} (import ${first.import}); nothing of ${this.#request.file} was imported`,
        next: 'a corrected or later delivery of the whole period: --replace; a further part of it: --add',
      });
    }
    this.earlier.push(...rows.map((row) => ({ import: row.import, number: row.number, file: row.file, importedAt: row.imported_at })));
  }
}

/** A team's own bill takes nothing away from other bills, and is told nothing of them. Throws ROADBED-8739. */
export function refuseOthers(earlier: readonly { namespace: string }[], { namespace, file }: Pick<BillImportRequest, 'namespace' | 'file'>): void {
  if (namespace === undefined || earlier.every((one) => one.namespace === namespace)) return;
  throw new PlatformError({ code: 'ROADBED-8739', class: 'conflict', message: `an account and billing period of ${file} stand in a bill that is not of ${namespace}`, why: "a team's own bill and another one would count the same charges twice", next: `nothing was imported; ask for your part of the other bill: roadbed bills show --team ${namespace}` });
}
