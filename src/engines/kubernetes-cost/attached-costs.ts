/** Disks, balancers and bytes to the internet, as lines and rows of those they are of. */
import { Decimal, decimal } from '../../domain/money.ts';
import type { KubernetesObject } from '../../formats/kubernetes/manifest.ts';
import { field, textField } from '../../formats/kubernetes/manifest.ts';
import type { Allocation } from '../cost-allocation/allocate.ts';
import type { CostLine } from '../cost/cost-line.ts';
import { exactly, times } from '../cost/span.ts';
import type { Usage } from '../cost/usage.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import { isPrice } from '../price-book/price.ts';
import { unitsAMonth } from '../price-book/units.ts';
import type { Where } from './attached.ts';
import { balancerPrice, volumePrice } from './attached.ts';
import type { Costed } from './costed.ts';
import type { Found } from './rates.ts';
import { extentOf } from './unit.ts';
import type { VolumeWish, Workload } from './workload.ts';
import { addressOf, namespaceOf, volumeWish } from './workload.ts';

const EGRESS = 'monthly_egress_gb';

export class Attached {
  readonly #book: PriceBook;
  readonly #usage: Usage;
  readonly #classes: readonly KubernetesObject[];

  constructor(book: PriceBook, usage: Usage, others: readonly KubernetesObject[]) {
    this.#book = book;
    this.#usage = usage;
    this.#classes = others.filter((object) => object.kind === 'StorageClass');
  }

  /** A claim or a balancer by itself; undefined for objects that cost nothing. */
  costOf(object: KubernetesObject, cluster: string, where: Where): Costed | undefined {
    const about = { address: addressOf(object), object, namespace: namespaceOf(object), labels: object.labels, annotations: object.annotations };
    const spec = field(object.body, 'spec');
    const notes: string[] = [];
    if (object.kind === 'PersistentVolumeClaim') {
      const line = this.#volume(volumeWish('Storage', spec), where, Decimal.one, notes);
      return { of: about, cluster, lines: [], attached: [line], rows: this.#rows(about, cluster, [line]), notes };
    }
    if (object.kind !== 'Service' || textField(spec, 'type') !== 'LoadBalancer') return undefined;
    const { name, fixed, traffic } = balancerPrice(this.#book, object, where);
    const lines = [fixedLine(name, fixed, Decimal.one)];
    if (traffic !== undefined) {
      const given = this.#usage.of(about.address, object.kind).get(traffic.key);
      lines.push(usageLine(traffic.name, traffic.key, traffic.price, given));
    }
    return { of: about, cluster, lines: [], attached: lines, rows: this.#rows(about, cluster, lines), notes };
  }

  /** Adds what a workload has made beside its pods: disks of its claim templates, bytes where the usage file counts them. */
  addTo(costed: Costed, workload: Workload, where: Where, machines: number | undefined): void {
    const extent = extentOf(workload, this.#usage, machines);
    const lines = workload.volumes.map((wish): CostLine => {
      if ('unknown' in extent) return { name: `Volume ${wish.name}`, kind: 'fixed', unknown: extent.unknown };
      return this.#volume({ ...wish, name: `Volume ${wish.name}` }, where, extent.pods, costed.notes);
    });
    const bytes = this.#usage.of(workload.address, workload.object.kind).get(EGRESS);
    if (bytes?.from === 'file') lines.push(usageLine('Bytes to the internet', EGRESS, this.#book.fact('generic', 'default-rate', 'any', 'Network egress internet'), bytes));
    costed.attached.push(...lines);
    costed.rows.push(...this.#rows(workload, costed.cluster, lines));
  }

  #volume(wish: VolumeWish, where: Where, count: Decimal, notes: string[]): CostLine {
    const { price, quantity, size, note } = volumePrice(this.#book, wish, where, this.#classes);
    if (note !== undefined) notes.push(note);
    return fixedLine(`${wish.name} (${size}${wish.storageClass === '' ? '' : `, ${wish.storageClass}`})`, price, (quantity ?? Decimal.one).times(count));
  }

  #rows(of: Costed['of'], cluster: string, lines: readonly CostLine[]): Allocation[] {
    return lines.flatMap((line) => {
      if (line.monthly === undefined) return [];
      const subject = { cluster, namespace: of.namespace, kind: of.object.kind, controller: of.object.name, pod: '', container: '', labels: of.labels, annotations: of.annotations };
      return [{ subject, cpu: Decimal.zero, memory: Decimal.zero, gpu: Decimal.zero, direct: line.monthly.value, shared: Decimal.zero }];
    });
  }
}

export function fixedLine(name: string, price: Found, count: Decimal): CostLine {
  if (!isPrice(price)) return { name, kind: 'fixed', unknown: price.unknown };
  const quantity = exactly(count.times(unitsAMonth(price.unit)));
  return { name, kind: 'fixed', price, quantity, monthly: times(quantity, price.amount) };
}

function usageLine(name: string, key: string, price: Found, given: { value: Decimal; from: 'file' | 'profile' } | undefined): CostLine {
  if (!isPrice(price)) return { name, kind: 'usage', usageKey: key, unknown: price.unknown };
  if (given === undefined) return { name, kind: 'usage', usageKey: key, price, unknown: `depends on usage: ${key}` };
  const quantity = exactly(given.value.times(price.unit === 'LCU-hour' ? unitsAMonth('LCU-hour') : decimal(1)));
  return { name, kind: 'usage', usageKey: key, usageFrom: given.from, price, quantity, monthly: times(quantity, price.amount) };
}
