/**
 * Other sizes of the same family, and how many times as large one is.
 *
 * Families are priced in proportion to their size, so that a size that the book lacks is the nearest
 * one that it has, scaled. The size is read from the name; where a vendor's names say nothing about the
 * size (bare metal of AWS), there is no sibling.
 */
import type { Decimal } from '../../domain/money.ts';
import { decimal } from '../../domain/money.ts';

export interface Sibling {
  name: string;
  /** This type's size, and the sibling's; the price is the sibling's times one by the other. */
  size: Decimal;
  its: Decimal;
}

/** In units of `large`; burstable families keep the proportion down to `nano`. */
const AWS_SIZES: readonly (readonly [name: string, size: number])[] = [['nano', 0.0625], ['micro', 0.125], ['small', 0.25], ['medium', 0.5], ['large', 1], ['xlarge', 2], ['2xlarge', 4], ['3xlarge', 6], ['4xlarge', 8], ['6xlarge', 12], ['8xlarge', 16], ['9xlarge', 18], ['10xlarge', 20], ['12xlarge', 24], ['16xlarge', 32], ['18xlarge', 36], ['24xlarge', 48], ['32xlarge', 64], ['48xlarge', 96]];
const COUNTS: readonly number[] = [1, 2, 4, 8, 12, 14, 16, 20, 22, 24, 30, 32, 44, 48, 56, 60, 64, 72, 80, 88, 90, 96, 104, 112, 120, 128, 176, 192, 208, 224, 360];

function nearest(size: number, others: readonly (readonly [name: string, size: number])[]): Sibling[] {
  const distance = (its: number): number => Math.abs(Math.log(its / size));
  return others.filter(([, its]) => its !== size).sort((a, b) => distance(a[1]) - distance(b[1])).map(([name, its]) => ({ name, size: decimal(size), its: decimal(its) }));
}

/** `m5.large`, `db.r6g.4xlarge`, `cache.t4g.micro`, `m5.large.search`, `m5.metal-24xl`. Nearest first. */
export function awsSiblings(type: string): Sibling[] {
  const parts = /^(.*?)\.((?:metal-)?[a-z0-9]+)(\.search|\.elasticsearch)?$/.exec(type.replace(/^(db|cache|mq|kafka|ml)\./, '$1:'));
  if (parts === null) return [];
  const [, family = '', word = '', end = ''] = parts;
  const metal = /^metal-(\d+)xl$/.exec(word);
  const size = metal === null ? AWS_SIZES.find(([name]) => name === word)?.[1] : Number(metal[1]) * 2;
  if (size === undefined) return [];
  return nearest(size, AWS_SIZES).map((sibling) => ({ ...sibling, name: `${family.replace(':', '.')}.${sibling.name}${end}` }));
}

/** `Standard_D8s_v5`: the number is that of its vCPUs; `E8-4s` costs what `E8s` costs. Burstable sizes are not in proportion. */
export function azureSiblings(size: string): Sibling[] {
  const parts = /^((?:Standard|Basic)_[A-Z]+?)(\d+)(?:-\d+)?([a-z]*)((?:_.*)?)$/.exec(size);
  if (parts === null || parts[1] === 'Standard_B' || parts[1] === 'Standard_A') return [];
  const [, family = '', count = '1', letters = '', version = ''] = parts;
  const constrained = /\d-\d/.test(size) ? [{ name: `${family}${count}${letters}${version}`, size: decimal(1), its: decimal(1) }] : [];
  return [...constrained, ...nearest(Number(count), COUNTS.map((its) => [`${family}${its}${letters}${version}`, its]))];
}

/** `n2-standard-8`. Types with GPUs or disks in them (`a2-highgpu-1g`) have none. */
export function googleSiblings(type: string): Sibling[] {
  const parts = /^([a-z0-9]+-(?:standard|highmem|highcpu))-(\d+)$/.exec(type);
  return parts === null ? [] : nearest(Number(parts[2]), COUNTS.map((its) => [`${parts[1] ?? ''}-${its}`, its]));
}
