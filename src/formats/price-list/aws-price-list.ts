/**
 * AWS price lists, JSON and CSV: the vendor's bulk offer files.
 *
 * On-demand terms only, shared tenancy, without a licence of one's own. Instances of EC2, databases and
 * nodes get the key that the product asks with; everything else keeps the vendor's words. Of a tiered
 * price the first tier is the plain dimension and the others say where they begin.
 */
import type { BookKey } from './aws-keys.ts';
import { awsKeys } from './aws-keys.ts';
import type { CsvTable } from './csv.ts';
import type { ListedPrice } from './imported-price.ts';
import { refuseColumns } from './imported-price.ts';

type Attributes = Readonly<Record<string, string | undefined>>;

const SYSTEMS: Readonly<Record<string, string>> = { Linux: 'Linux', Windows: 'Windows', RHEL: 'RHEL', SUSE: 'SLES' };
const EDITIONS: Readonly<Record<string, string>> = { 'SQL Web': 'Windows with SQL Server Web', 'SQL Std': 'Windows with SQL Server Standard', 'SQL Ent': 'Windows with SQL Server Enterprise' };

/** None for rows that are not what a plain resource costs. What the book asks for has its keys, everything else the vendor's words. */
function identities(offer: string, attributes: Attributes): BookKey[] {
  const { instanceType: type, tenancy, capacitystatus, operatingSystem, preInstalledSw = 'NA', databaseEngine, deploymentOption, usagetype = '', operation = '', group, licenseModel } = attributes;
  if (offer === 'AmazonEC2' && type !== undefined && operatingSystem !== undefined) {
    if (tenancy !== 'Shared' || (capacitystatus !== undefined && capacitystatus !== 'Used') || licenseModel === 'Bring your own license') return [];
    const system = preInstalledSw === 'NA' ? SYSTEMS[operatingSystem] : operatingSystem === 'Windows' ? EDITIONS[preInstalledSw] : undefined;
    return system === undefined ? [] : [{ service: offer, dimension: `Instance usage (${system}, on-demand, ${type})` }];
  }
  const keys = awsKeys({ offer, usageType: usagetype, operation, attributes });
  if (keys.length > 0) return keys;
  if (offer === 'AmazonRDS' && type !== undefined && databaseEngine !== undefined) return deploymentOption === 'Single-AZ' && licenseModel !== 'Bring your own license' ? [{ service: offer, dimension: `Database instance (${databaseEngine}, Single-AZ, ${type})` }] : [];
  if (offer === 'AmazonElastiCache' && type !== undefined && attributes['cacheEngine'] !== undefined) return [{ service: offer, dimension: `Node (${attributes['cacheEngine']}, ${type})` }];
  return [{ service: offer, dimension: group === undefined ? usagetype : `${group} (${usagetype})` }];
}

interface Dimension {
  unit?: string;
  beginRange?: string;
  pricePerUnit?: Readonly<Record<string, string>>;
}

interface Offer {
  offerCode?: string;
  publicationDate?: string;
  products?: Readonly<Record<string, { attributes?: Attributes }>>;
  terms?: { OnDemand?: Readonly<Record<string, Readonly<Record<string, { priceDimensions?: Readonly<Record<string, Dimension>> }>>>> };
}

export function* awsOfferRows(document: unknown): Generator<ListedPrice> {
  const { offerCode = 'AWS', publicationDate = '', products = {}, terms } = document as Offer;
  for (const [sku, { attributes = {} }] of Object.entries(products)) {
    const keys = identities(offerCode, attributes);
    for (const term of Object.values(terms?.OnDemand?.[sku] ?? {})) {
      for (const { unit = '', beginRange = '0', pricePerUnit = {} } of Object.values(term.priceDimensions ?? {})) {
        for (const [currency, amount] of Object.entries(pricePerUnit)) {
          for (const about of keys) yield { provider: 'aws', ...tier(about, beginRange), region: attributes['regionCode'] ?? 'any', unit, amount, currency, asOf: publicationDate.slice(0, 10), source: `aws-price-list:${offerCode}`, place: `product ${sku}`, identity: sku };
        }
      }
    }
  }
}

function tier(about: { service: string; dimension: string }, begin: string): { service: string; dimension: string } {
  return Number(begin) === 0 ? about : { ...about, dimension: `${about.dimension} from ${begin}` };
}

/** The CSV begins with lines of metadata: name and value. */
export function isAwsCsv(table: CsvTable): boolean {
  return table.header[0] === 'FormatVersion';
}

const COLUMNS = ['SKU', 'TermType', 'PricePerUnit', 'Currency', 'Unit'];

/** Throws ROADBED-8305 when the list has no header of its own or lacks columns. */
export function* awsCsvRows(table: CsvTable, file: string): Generator<ListedPrice> {
  const start = table.rows.findIndex((row) => row[0] === 'SKU');
  const header = table.rows[start] ?? [];
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) refuseColumns(file, missing);
  const meta = new Map(table.rows.slice(0, start).map(([name = '', value = '']) => [name, value]));
  const offer = meta.get('OfferCode') ?? 'AWS';
  const places = new Map(header.map((name, index) => [name.toLowerCase().replaceAll(' ', ''), index]));
  const names: readonly (readonly [string, string])[] = [['instanceType', 'instancetype'], ['tenancy', 'tenancy'], ['capacitystatus', 'capacitystatus'], ['operatingSystem', 'operatingsystem'], ['preInstalledSw', 'preinstalleds/w'], ['databaseEngine', 'databaseengine'], ['deploymentOption', 'deploymentoption'], ['cacheEngine', 'cacheengine'], ['usagetype', 'usagetype'], ['group', 'group'], ['licenseModel', 'licensemodel'], ['operation', 'operation'], ['databaseEdition', 'databaseedition']];
  for (const [index, row] of table.rows.slice(start + 1).entries()) {
    const cell = (name: string): string | undefined => row[places.get(name) ?? -1] || undefined;
    if (cell('termtype') !== 'OnDemand') continue;
    for (const about of identities(offer, Object.fromEntries(names.map(([name, column]) => [name, cell(column)])))) yield { provider: 'aws', ...tier(about, cell('startingrange') ?? '0'), region: cell('regioncode') ?? 'any', unit: cell('unit') ?? '', amount: cell('priceperunit') ?? '', currency: cell('currency') ?? 'USD', asOf: (cell('effectivedate') ?? meta.get('Publication Date') ?? '').slice(0, 10), source: `aws-price-list:${offer}`, place: `row ${index + start + 3}`, identity: cell('sku') ?? '' };
  }
}
