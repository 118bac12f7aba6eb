/**
 * Charges as a FOCUS file in CSV: the columns of FOCUS 1.0 in their order, then what else the charges have.
 *
 * Reading what was printed gives the same charges: amounts to the last digit, times in UTC, tags as JSON, null as an empty cell.
 */
import type { BillCharge } from '../../domain/bill.ts';
import { FOCUS_COLUMN, FOCUS_COLUMNS } from './columns.ts';
import { csvLine } from './csv-rows.ts';

/** The header of an export: FOCUS 1.0, then the columns of later versions and vendors that `present` names. */
export function exportColumns(present: Iterable<string>): string[] {
  const base = FOCUS_COLUMNS.filter((column) => column.since === '1.0').map((column) => column.name);
  const known = new Set(base);
  const later = [...new Set(present)].filter((name) => name !== '' && !known.has(name) && name !== 'ServiceProviderName');
  return [...base, ...later.filter((name) => FOCUS_COLUMN.has(name)).sort(), ...later.filter((name) => !FOCUS_COLUMN.has(name)).sort()];
}

const FIELDS: Readonly<Record<string, (charge: BillCharge) => string>> = {
  BilledCost: (charge) => charge.billed,
  EffectiveCost: (charge) => charge.effective,
  ListCost: (charge) => charge.list,
  ContractedCost: (charge) => charge.contracted,
  BillingAccountId: (charge) => charge.subject.billingAccount,
  BillingCurrency: (charge) => charge.currency,
  BillingPeriodStart: (charge) => charge.slice.periodStart,
  BillingPeriodEnd: (charge) => charge.slice.periodEnd,
  ChargeCategory: (charge) => charge.category,
  ChargePeriodStart: (charge) => charge.starts,
  ChargePeriodEnd: (charge) => charge.ends,
  ProviderName: (charge) => charge.subject.provider,
  SubAccountId: (charge) => charge.subject.subAccount,
  SubAccountName: (charge) => charge.subject.subAccountName,
  ServiceName: (charge) => charge.subject.service,
  ServiceCategory: (charge) => charge.subject.serviceCategory,
  RegionId: (charge) => charge.subject.region,
  ResourceId: (charge) => charge.subject.resource,
  ResourceName: (charge) => charge.subject.resourceName,
  ResourceType: (charge) => charge.subject.resourceType,
  Tags: (charge) => (Object.keys(charge.subject.tags).length === 0 ? '' : JSON.stringify(charge.subject.tags)),
};

export function focusLine(columns: readonly string[], charge: BillCharge): string {
  return csvLine(columns.map((name) => FIELDS[name]?.(charge) ?? charge.detail[name] ?? ''));
}

export function focusHeaderLine(columns: readonly string[]): string {
  return csvLine(columns);
}
