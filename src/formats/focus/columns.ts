/**
 * The columns of FOCUS 1.0 to 1.2: type, level, whether null is allowed, values allowed, and since which version.
 *
 * From the column definitions of the FinOps Open Cost and Usage Specification (tags v1.0, v1.1, v1.2). 1.3 renames the provider;
 * that name is read, too. What is `needed` no bill can be read without; other columns that FOCUS calls mandatory may
 * not be missing either unless all of their cells may be null.
 */
export type FocusType = 'string' | 'decimal' | 'time' | 'json';

export interface FocusColumn {
  name: string;
  type: FocusType;
  level: 'mandatory' | 'conditional' | 'recommended';
  nulls: boolean;
  since: '1.0' | '1.1' | '1.2';
  values?: readonly string[];
}

const CATEGORIES = ['AI and Machine Learning', 'Analytics', 'Business Applications', 'Compute', 'Databases', 'Developer Tools', 'Multicloud', 'Identity', 'Integration', 'Internet of Things', 'Management and Governance', 'Media', 'Migration', 'Mobile', 'Networking', 'Security', 'Storage', 'Web', 'Other'];

const VALUES: Readonly<Record<string, readonly string[]>> = {
  CapacityReservationStatus: ['Used', 'Unused'],
  ChargeCategory: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'],
  ChargeClass: ['Correction'],
  ChargeFrequency: ['One-Time', 'Recurring', 'Usage-Based'],
  CommitmentDiscountCategory: ['Spend', 'Usage'],
  CommitmentDiscountStatus: ['Used', 'Unused'],
  PricingCategory: ['Standard', 'Dynamic', 'Committed', 'Other'],
  ServiceCategory: CATEGORIES,
};

/** Name, then m/c/r for the level, `!` where null is not allowed, d/t/j for a type that is no text, a version that is not 1.0. */
const TABLE = `
AvailabilityZone r
BilledCost m!d
BillingAccountId m!
BillingAccountName m
BillingAccountType c! 1.2
BillingCurrency m!
BillingPeriodEnd m!t
BillingPeriodStart m!t
CapacityReservationId c 1.1
CapacityReservationStatus c 1.1
ChargeCategory m!
ChargeClass m
ChargeDescription m
ChargeFrequency r!
ChargePeriodEnd m!t
ChargePeriodStart m!t
CommitmentDiscountCategory c
CommitmentDiscountId c
CommitmentDiscountName c
CommitmentDiscountQuantity cd 1.1
CommitmentDiscountStatus c
CommitmentDiscountType c
CommitmentDiscountUnit c 1.1
ConsumedQuantity cd
ConsumedUnit c
ContractedCost m!d
ContractedUnitPrice cd
EffectiveCost m!d
InvoiceId r 1.2
InvoiceIssuerName m!
ListCost m!d
ListUnitPrice cd
PricingCategory c
PricingCurrency c 1.2
PricingCurrencyContractedUnitPrice cd 1.2
PricingCurrencyEffectiveCost cd 1.2
PricingCurrencyListUnitPrice cd 1.2
PricingQuantity md
PricingUnit m
ProviderName m!
PublisherName m!
RegionId c
RegionName c
ResourceId c
ResourceName c
ResourceType c
ServiceCategory m!
ServiceName m!
ServiceSubcategory r! 1.1
SkuId c
SkuMeter c 1.1
SkuPriceDetails cj 1.1
SkuPriceId c
SubAccountId c
SubAccountName c
SubAccountType c 1.2
Tags cj`;

const LEVELS = { m: 'mandatory', c: 'conditional', r: 'recommended' } as const;
const TYPES: Readonly<Record<string, FocusType>> = { d: 'decimal', t: 'time', j: 'json' };

function columnOf(line: string): FocusColumn {
  const [name = '', marks = '', since = '1.0'] = line.split(' ');
  const values = VALUES[name];
  return {
    name,
    type: TYPES[marks.at(-1) ?? ''] ?? 'string',
    level: LEVELS[marks[0] as keyof typeof LEVELS],
    nulls: !marks.includes('!'),
    since: since as FocusColumn['since'],
    ...(values === undefined ? {} : { values }),
  };
}

export const FOCUS_COLUMNS: readonly FocusColumn[] = TABLE.trim().split('\n').map(columnOf);

export const FOCUS_COLUMN: ReadonlyMap<string, FocusColumn> = new Map(FOCUS_COLUMNS.map((column) => [column.name, column]));

/** A cell of these that is empty or wrong makes the row unreadable; everything else that breaks a rule is told and kept. */
export const NEEDED = ['BilledCost', 'BillingAccountId', 'BillingCurrency', 'BillingPeriodEnd', 'BillingPeriodStart', 'ChargeCategory', 'ChargePeriodEnd', 'ChargePeriodStart', 'ProviderName', 'ServiceName'] as const;
export type NeededColumn = (typeof NEEDED)[number];

/** FOCUS 1.3 says who provides a service by another name, and drops two columns. */
export const RENAMED: Readonly<Record<string, string>> = { ServiceProviderName: 'ProviderName' };
export const DROPPED_IN_1_3: ReadonlySet<string> = new Set(['PublisherName']);
