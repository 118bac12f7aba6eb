/** EBS volumes and everything that is priced like one. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { Undetermined } from '../costing.ts';
import type { Span } from '../cost-line.ts';
import { times } from '../span.ts';

const STORAGE: Readonly<Record<string, string>> = {
  gp2: 'Storage (general purpose SSD, gp2)',
  gp3: 'Storage (general purpose SSD, gp3)',
  io1: 'Storage (provisioned IOPS SSD, io1)',
  io2: 'Storage (provisioned IOPS SSD, io2)',
  st1: 'Storage (throughput optimized HDD, st1)',
  sc1: 'Storage (cold HDD, sc1)',
  standard: 'Storage (magnetic)',
};
/** What gp3 has without a charge. */
const FREE_IOPS = decimal(3000);
const FREE_THROUGHPUT = decimal(125);

type Count = number | Decimal | Span;

function spread(count: Count, size: Decimal): Count {
  return typeof count === 'number' ? size.times(decimal(count)) : 'value' in count ? times(count, size) : size.times(count);
}

export function above(value: Decimal | undefined, free: Decimal): Decimal | undefined {
  return value === undefined || value.compare(free) <= 0 ? undefined : value.minus(free);
}

/** @param block `volume_type`, `volume_size`, `iops`, `throughput`; `aws_ebs_volume` says `type` and `size`. */
export function diskLines(c: Costing, name: string, block: AttributeValue, options: { size: number; count: Count; kind?: string }): void {
  const kind = (): string => c.text('volume_type', block) ?? c.text('type', block) ?? options.kind ?? 'gp2';
  const dimension = (): string => {
    const found = STORAGE[kind()];
    if (found === undefined) throw new Undetermined(`${kind()} is no known type of volume`);
    return found;
  };
  c.fixed(name, () => c.fact(dimension(), 'aws_ebs_volume'), () => spread(options.count, c.number('volume_size', block) ?? c.number('size', block) ?? decimal(options.size)));
  extras(c, name, block, { kind, count: options.count });
}

function extras(c: Costing, name: string, block: AttributeValue, { kind, count }: { kind: () => string; count: Count }): void {
  try {
    const type = kind();
    const iops = type === 'gp3' ? above(c.number('iops', block), FREE_IOPS) : type.startsWith('io') ? c.number('iops', block) : undefined;
    if (iops !== undefined) c.fixed(`${name}: IOPS`, () => c.fact(type === 'gp3' ? 'Provisioned IOPS [gp3 above 3000]' : 'Provisioned IOPS [io1/io2]', 'aws_ebs_volume'), () => spread(count, iops));
    const throughput = type === 'gp3' ? above(c.number('throughput', block), FREE_THROUGHPUT) : undefined;
    if (throughput !== undefined) c.fixed(`${name}: throughput`, () => c.fact('Provisioned throughput', 'aws_ebs_volume'), () => spread(count, throughput));
    if (type === 'standard') c.onUsage(`${name}: I/O requests`, 'monthly_io_requests', () => c.fact('I/O requests', 'aws_ebs_volume'));
  } catch (error) {
    if (!(error instanceof Undetermined)) throw error;
    c.unknown(`${name}: IOPS and throughput`, 'fixed', error.message);
  }
}

export const AWS_DISKS: CosterTable = {
  aws_ebs_volume: (c) => diskLines(c, 'Storage', c.resource.attributes, { size: 8, count: 1 }),
  aws_ebs_snapshot: (c) => {
    const volume = c.follow('volume_id', 'aws_ebs_volume');
    if (volume === undefined) return c.onUsage('Snapshot storage', 'storage_gb', () => c.fact('EBS snapshot storage'));
    // At most the volume's size; what is really stored depends on what was written.
    c.fixed('Snapshot storage (at most)', () => c.fact('EBS snapshot storage'), () => {
      const size = c.on(volume).number('size') ?? decimal(8);
      return { value: size, low: decimal(0), high: size };
    });
  },
  aws_ebs_snapshot_copy: (c) => c.onUsage('Snapshot storage', 'storage_gb', () => c.fact('EBS snapshot storage', ['aws_ebs_snapshot_copy', 'aws_ebs_snapshot'])),
};
