/**
 * What a machine costs by its vCPUs and memory, when neither it nor its family has a price.
 *
 * A provider's general and memory families differ in memory only (2 vCPU with 8 and with 16 GB), so two
 * of its list prices give its rates for a vCPU and a GB in that region. Machines with disks, GPUs or an
 * unusual processor lie above that: the price is marked, and its confidence is low.
 */
import type { Decimal } from '../../domain/money.ts';
import { decimal } from '../../domain/money.ts';
import type { PriceBook } from './price-book.ts';
import type { Price, PriceProvider } from './price.ts';

export interface MachineShape {
  vcpu: Decimal;
  /** GB. */
  memory: Decimal;
  gpus: number;
}

/** Two types with 2 vCPUs, of 8 and of 16 GB, and the table that has them. */
const GENERAL: Readonly<Partial<Record<PriceProvider, readonly [table: string, column: string, general: string, memory: string]>>> = {
  aws: ['aws-ec2', 'usd_per_hour', 'm5.large', 'r5.large'],
  azure: ['azure-vm', 'usd_per_hour', 'Standard_D2s_v5', 'Standard_E2s_v5'],
  gcp: ['gcp-machines', 'usd_per_hour', 'n2-standard-2', 'n2-highmem-2'],
};

type Named = Pick<Price, 'provider' | 'service' | 'dimension'>;

export function providerMachinePrice(book: PriceBook, region: string, named: Named, shape: MachineShape): Price | undefined {
  const [table = '', column = '', ...types] = GENERAL[named.provider] ?? [];
  const [general, memory] = types.map((type) => book.table(table).row(type, region)?.[column]);
  if (general === undefined || memory === undefined) return undefined;
  const gigabyte = decimal(memory).minus(decimal(general)).dividedBy(decimal(8), 8);
  const vcpu = decimal(general).minus(gigabyte.times(decimal(8))).dividedBy(decimal(2), 8);
  const amount = shape.vcpu.times(vcpu).plus(shape.memory.times(gigabyte)).rounded(8);
  if (amount.isZero || amount.isNegative) return undefined;
  return book.own.discounted({ ...named, region, unit: 'hour', amount, asOf: book.table(table).row(types[0] ?? '', region)?.['as_of'] ?? '2026-06-18', source: 'provider-default', method: 'estimated', confidence: 'low', step: 'provider', note: `${shape.vcpu.toString()} vCPU and ${shape.memory.toString()} GB at the rates of ${types.join(' and ')}` });
}

/** Rates of no provider: 2019, for regions that no table knows. */
export function genericMachinePrice(book: PriceBook, region: string, named: Named, shape: MachineShape): Price | undefined {
  const [cpu, ram] = [book.defaultRate('CPU'), book.defaultRate('RAM')];
  if (cpu === undefined || ram === undefined) return undefined;
  const amount = shape.vcpu.times(cpu.amount).plus(shape.memory.times(ram.amount));
  if (amount.isZero) return undefined;
  return { ...cpu, ...named, region, unit: 'hour', amount, note: `${shape.vcpu.toString()} vCPU and ${shape.memory.toString()} GB at default rates of ${cpu.asOf.slice(0, 4)}` };
}
