/**
 * How much a thing is used in a month: a file, or a profile of defaults.
 *
 * docs/reference/cost-usage.md is the form for people. A resource's own entry wins over a pattern of
 * addresses (`*` for any part), that over its type's entry, that over the profile. Without a file and
 * without a profile nothing is assumed: usage parts are unknown and show their unit price.
 */
import { PlatformError } from '../../domain/error.ts';
import { Decimal, decimal } from '../../domain/money.ts';
import { readYaml } from '../../formats/yaml-source/read.ts';
import { globMatches } from '../drift/glob.ts';

export const USAGE_PROFILES = ['small', 'medium', 'large'] as const;
export type UsageProfile = (typeof USAGE_PROFILES)[number];

export interface ResourceUsage {
  get(key: string): { value: Decimal; from: 'file' | 'profile' } | undefined;
}

type Quantities = ReadonlyMap<string, Decimal>;

/** Per month; small, medium, large. Keys that several types share have one default. */
const DEFAULTS: Readonly<Record<string, readonly [number, number, number]>> = {
  monthly_data_processed_gb: [50, 1000, 20_000],
  monthly_data_ingested_gb: [5, 100, 2000],
  monthly_data_scanned_gb: [50, 1000, 20_000],
  monthly_egress_gb: [10, 500, 10_000],
  monthly_requests: [100_000, 10_000_000, 1_000_000_000],
  monthly_read_requests: [100_000, 10_000_000, 1_000_000_000],
  monthly_write_requests: [20_000, 2_000_000, 200_000_000],
  monthly_messages: [100_000, 10_000_000, 1_000_000_000],
  monthly_io_requests: [1_000_000, 100_000_000, 5_000_000_000],
  monthly_queries: [100_000, 10_000_000, 1_000_000_000],
  monthly_transitions: [10_000, 1_000_000, 50_000_000],
  monthly_build_minutes: [300, 3000, 30_000],
  monthly_run_hours: [10, 100, 1000],
  request_duration_ms: [100, 200, 300],
  storage_gb: [20, 500, 10_000],
  backup_gb: [10, 200, 4000],
  capacity_units: [1, 5, 50],
  assigned_vms: [2, 10, 32],
  connections: [2, 20, 200],
};

export class Usage {
  readonly #profile: UsageProfile | undefined;
  readonly #types: ReadonlyMap<string, Quantities>;
  readonly #resources: readonly { isPattern: boolean; address: string; quantities: Quantities }[];

  constructor(profile?: UsageProfile, types: ReadonlyMap<string, Quantities> = new Map(), resources: readonly { address: string; quantities: Quantities }[] = []) {
    this.#profile = profile;
    this.#types = types;
    this.#resources = resources.map((one) => ({ ...one, isPattern: one.address.includes('*') }));
  }

  of(address: string, type: string): ResourceUsage {
    const own = this.#resources.find((one) => !one.isPattern && one.address === address)?.quantities;
    const matched = this.#resources.filter((one) => one.isPattern && globMatches(one.address, address)).map((one) => one.quantities);
    const sources = [own, ...matched, this.#types.get(type)].filter((one) => one !== undefined);
    return {
      get: (key) => {
        const given = sources.map((source) => source.get(key)).find((value) => value !== undefined);
        if (given !== undefined) return { value: given, from: 'file' };
        const defaults = DEFAULTS[key];
        return this.#profile === undefined || defaults === undefined ? undefined : { value: decimal(defaults[USAGE_PROFILES.indexOf(this.#profile)] ?? 0), from: 'profile' };
      },
    };
  }
}

export const USAGE_KEYS: readonly string[] = Object.keys(DEFAULTS);

/** Reads a usage file, YAML or JSON. Throws ROADBED-8310 with every fault in it. */
export function usageFrom(text: string, file: string): Usage {
  const [document] = readYaml(text, file);
  const faults = (document?.problems ?? []).map((problem) => `${file}:${problem.line}: ${problem.message}`);
  const root = record(document?.value ?? {});
  if (root === undefined) faults.push('the file is not a map');
  const { profile, types, resources, schemaVersion, ...others } = root ?? {};
  if (schemaVersion !== undefined && schemaVersion !== 1) faults.push('schemaVersion: 1 is the only one there is');
  for (const name of Object.keys(others)) faults.push(`${name}: is not known here; there are profile, types and resources`);
  if (profile !== undefined && !(USAGE_PROFILES as readonly unknown[]).includes(profile)) faults.push(`profile: must be one of ${USAGE_PROFILES.join(', ')}`);
  const byType = quantitiesOf('types', types, faults);
  const byAddress = quantitiesOf('resources', resources, faults);
  if (faults.length > 0) throw new PlatformError({ code: 'ROADBED-8310', class: 'invalid', message: `${file} is no usage file`, why: faults.slice(0, 10).join('; '), next: 'docs/reference/cost-usage.md has the form' });
  return new Usage(profile as UsageProfile | undefined, byType, [...byAddress].map(([address, quantities]) => ({ address, quantities })));
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function quantitiesOf(place: string, value: unknown, faults: string[]): Map<string, Quantities> {
  const found = new Map<string, Quantities>();
  if (value === undefined || value === null) return found;
  const entries = record(value);
  if (entries === undefined) faults.push(`${place}: must be a map`);
  for (const [name, inner] of Object.entries(entries ?? {})) {
    const quantities = new Map<string, Decimal>();
    const given = record(inner);
    if (given === undefined) faults.push(`${place}.${name}: must be a map of quantities`);
    for (const [key, quantity] of Object.entries(given ?? {})) {
      const read = typeof quantity === 'number' || typeof quantity === 'string' ? Decimal.parse(String(quantity)) : undefined;
      if (read === undefined || read.isNegative) faults.push(`${place}.${name}.${key}: must be a number of at least 0`);
      else quantities.set(key, read);
    }
    found.set(name, quantities);
  }
  return found;
}
