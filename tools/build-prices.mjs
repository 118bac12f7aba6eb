/**
 * Builds `prices/` from a folder of gathered price tables: node tools/build-prices.mjs FOLDER [OUT]
 *
 * Facts of each provider become one compressed table; the large tables by machine type keep their form,
 * sorted by their keys, so that a price is found without parsing a table. Small tables stay plain text.
 * A row that does not parse, a price that is zero or negative, a unit that is not on the one list and a
 * key that stands twice end the build: a book is right as a whole or it is not written. The same folder
 * gives the same bytes.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { PRICE_UNITS } from '../src/engines/price-book/units.ts';
import { printCsv, readCsv } from '../src/formats/price-list/csv.ts';

const [folder, out = join(import.meta.dirname, '..', 'prices')] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node tools/build-prices.mjs FOLDER [OUT]');
  process.exit(2);
}

const FACT_COLUMNS = ['service_or_type', 'region', 'dimension', 'unit', 'usd', 'as_of', 'source', 'method', 'confidence', 'key'];

/** Tables by machine type: how many columns are key, and what the values are as of when no column says it. */
const TABLES = [
  { name: 'aws-ec2', from: 'aws-ec2.csv.gz', keys: 2, prices: ['usd_per_hour'], asOf: '2025-04-24', source: 'ec2instances-2025' },
  { name: 'aws-ec2-options', from: 'aws-ec2-options.csv.gz', keys: 2, asOf: '2025-04-24', source: 'ec2instances-2025' },
  { name: 'aws-rds', from: 'aws-rds.csv.gz', keys: 3, asOf: '2025-04-24', source: 'ec2instances-2025' },
  { name: 'aws-nodes', from: 'aws-nodes.csv.gz', keys: 4, asOf: '2025-04-24', source: 'ec2instances-2025' },
  { name: 'azure-vm', from: 'azure-vm-2026.csv.gz', keys: 2, prices: ['usd_per_hour'], asOf: '2026-06-18', source: 'karpenter-azure', repair: withoutWindowsPrices },
  { name: 'azure-vm-options', from: 'azure-vm-options.csv.gz', keys: 2, asOf: '2025-04-24', source: 'ec2instances-2025' },
  { name: 'gcp-machines', from: 'gcp-compute-2026.csv.gz', keys: 2, asOf: '2026-07-30', source: 'gcosts' },
  { name: 'gcp-parts', from: 'gcp-compute.csv.gz', keys: 6, prices: ['usd'], asOf: '2025-03-02', source: 'libcloud' },
];
/** Rows of the vendor's own list under the words that the product asks with; a row that is there already stays. */
const ALIASES = [
  ['AWSELB', 'Load Balancer (EU-LoadBalancerUsage)', 'aws_elb', 'Classic load balancer'],
  ['AWSELB', 'Load Balancer (EU-DataProcessing-Bytes)', 'aws_elb', 'Data processed'],
  ['AWSELB', 'Load Balancer-Application (EU-LoadBalancerUsage)', 'aws_lb', 'Application load balancer'],
  ['AWSELB', 'Load Balancer-Application (EU-LCUUsage)', 'aws_lb', 'Load balancer capacity units [ALB]'],
  ['AWSELB', 'Load Balancer-Network (EU-LoadBalancerUsage)', 'aws_lb', 'Network load balancer'],
  ['AWSELB', 'Load Balancer-Network (EU-LCUUsage)', 'aws_lb', 'Load balancer capacity units [NLB]'],
  ['AWSELB', 'Load Balancer-Gateway (EU-LoadBalancerUsage)', 'aws_lb', 'Gateway load balancer'],
  ['AWSELB', 'Load Balancer-Gateway (EU-LCUUsage)', 'aws_lb', 'Load balancer capacity units [GLB]'],
  ['AmazonRDS', 'Database Storage: Any, Single-AZ, General Purpose (EU-RDS:GP2-Storage)', 'aws_db_instance', 'Storage (general purpose SSD, gp2) [Single-AZ]'],
  ['AmazonRDS', 'Database Storage: Any, Multi-AZ, General Purpose (EU-RDS:Multi-AZ-GP2-Storage)', 'aws_db_instance', 'Storage (general purpose SSD, gp2) [Multi-AZ]'],
  ['AmazonRDS', 'Database Storage: Any, Single-AZ, General Purpose-GP3 (EU-RDS:GP3-Storage)', 'aws_db_instance', 'Storage (general purpose SSD, gp3) [Single-AZ]'],
  ['AmazonRDS', 'Database Storage: Any, Multi-AZ, General Purpose-GP3 (EU-RDS:Multi-AZ-GP3-Storage)', 'aws_db_instance', 'Storage (general purpose SSD, gp3) [Multi-AZ]'],
  ['AmazonRDS', 'Database Storage: Any, Single-AZ, Provisioned IOPS (EU-RDS:PIOPS-Storage)', 'aws_db_instance', 'Storage (provisioned IOPS SSD, io1)'],
  ['AmazonRDS', 'Database Storage: Aurora PostgreSQL, Single-AZ, General Purpose-Aurora (EU-Aurora:StorageUsage)', 'aws_rds_cluster', 'Storage'],
  ['aws_rds_cluster', 'Storage [case default/default_t3+]', 'aws_rds_cluster', 'Storage'],
  ['aws_rds_cluster', 'I/O requests [case aurora_io_optimized/default+]', 'aws_rds_cluster', 'I/O requests'],
  ['AmazonCloudWatch', 'Data Payload (EU-DataProcessing-Bytes)', 'aws_cloudwatch_log_group', 'Data ingested'],
  ['AmazonCloudWatch', 'Storage Snapshot (EU-TimedStorage-ByteHrs)', 'aws_cloudwatch_log_group', 'Archival Storage'],
  ['AmazonCloudWatch', 'Alarm (EU-CW:HighResAlarmMonitorUsage)', 'aws_cloudwatch_metric_alarm', 'High resolution'],
  ['aws_neptune_cluster_instance', 'Database instance (on-demand, db.t3.medium) [case dbT3Medium/dbT3WithoutUsage]', 'aws_neptune_cluster_instance', 'Database instance (on-demand, db.t3.medium)'],
  // The source calls the unit GB-month; what is charged is each shard by the hour.
  ['aws_kinesis_stream', 'Extended retention (24H to 7D) [case test_stream_provisioned/test_stream_provisioned_with_usage+]', 'aws_kinesis_stream', 'Extended retention (shard)', 'hour'],
];
const PLAIN = ['free-types.csv', 'region-factors.csv', 'discount-levels.csv', 'gcp-machine-types.csv'];
const SPECS = [{ name: 'aws-ec2-specs', from: 'aws-ec2-specs.csv', keys: 1 }];

function source(name) {
  const bytes = readFileSync(join(resolve(folder), name));
  return readCsv((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

function fail(name, line, message) {
  console.error(`${name}, row ${line}: ${message}`);
  process.exit(1);
}

function checkPrice(name, line, text) {
  if (!/^\d+(\.\d+)?(e-?\d+)?$/i.test(text) || !(Number(text) > 0)) fail(name, line, `${JSON.stringify(text)} is no price`);
}

function write(name, text) {
  const bytes = gzipSync(text, { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(join(out, name), bytes);
  return bytes.length;
}

/** In the order of bytes, which is that of the look-up. */
const byKey = (keys) => (a, b) => {
  const [left, right] = [a.slice(0, keys).join(','), b.slice(0, keys).join(',')];
  return left < right ? -1 : left > right ? 1 : 0;
};

function buildFacts() {
  const { header, rows } = source('prices.csv');
  const at = (row, name) => row[header.indexOf(name)] ?? '';
  const byProvider = new Map();
  const seen = new Set();
  rows.forEach((row, index) => {
    const line = index + 2;
    checkPrice('prices.csv', line, at(row, 'usd'));
    if (!PRICE_UNITS.includes(at(row, 'unit'))) fail('prices.csv', line, `${at(row, 'unit')} is no unit`);
    const key = ['provider', 'service_or_type', 'region', 'dimension', 'unit'].map((name) => at(row, name)).join('\u0000');
    if (seen.has(key)) fail('prices.csv', line, 'stands twice');
    seen.add(key);
    const provider = at(row, 'provider');
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), FACT_COLUMNS.map((name) => at(row, name))]);
  });
  return [...byProvider].map(([provider, listed]) => {
    const facts = provider === 'aws' ? withAliases(listed) : listed;
    write(`facts-${provider}.csv.gz`, printCsv([FACT_COLUMNS, ...facts.sort(byKey(4))]));
    return { name: `facts-${provider}`, file: `facts-${provider}.csv.gz`, rows: facts.length, prices: facts.length };
  });
}

function withAliases(facts) {
  const keys = new Set(facts.map((fact) => fact.slice(0, 4).join('\u0000')));
  const copies = ALIASES.flatMap(([service, dimension, toService, toDimension, unit]) => facts.filter((fact) => fact[0] === service && fact[2] === dimension).map((fact) => [toService, fact[1], toDimension, unit ?? fact[3], ...fact.slice(4, -1), '']));
  const unlike = ALIASES.filter(([service, dimension]) => !facts.some((fact) => fact[0] === service && fact[2] === dimension));
  if (unlike.length > 0) fail('prices.csv', 0, `no row for ${unlike.map((alias) => alias[1]).join(', ')}`);
  return [...facts, ...copies.filter((copy) => !keys.has(copy.slice(0, 4).join('\u0000')))];
}

/**
 * Some 800 rows of the table of Linux machines are prices of Windows: the source took the wrong meter. They are
 * told by the older table, which has both: what equals its Windows price and lies a fifth above its Linux price
 * is replaced by the latter, with that table's date. A size that the older table lacks is left out when it lies
 * above the lower quartile of its family in the region by the licence of its vCPUs (0.046 an hour); its siblings answer then.
 */
function withoutWindowsPrices({ header, rows }) {
  const older = new Map(source('azure-vm-options.csv.gz').rows.map(([size, region, linux, windows]) => [`${size},${region}`, [Number(linux), Number(windows)]]));
  const near = (a, b) => b > 0 && Math.abs(a / b - 1) < 0.005;
  const isOlderWindows = ([size, region, price]) => {
    const [linux, windows] = older.get(`${size},${region}`) ?? [0, 0];
    return near(Number(price), windows) && Number(price) > linux * 1.2 && linux > 0;
  };
  const corrected = rows.map((row) => (isOlderWindows(row) ? [row[0], row[1], String(older.get(`${row[0]},${row[1]}`)[0]), '2025-04-24', 'ec2instances-2025'] : [...row, '', '']));
  const shape = (size) => /^(Standard_[A-Z]+)(\d+)(?:-\d+)?([a-z]*)(.*)$/.exec(size) ?? [];
  const familyOf = ([size, region]) => {
    const [, family, , letters, version] = shape(size);
    return family === undefined || family === 'Standard_B' ? undefined : `${family} ${letters} ${version},${region}`;
  };
  const perCore = ([size, , price]) => Number(price) / Number(shape(size)[2]);
  const families = new Map();
  for (const row of corrected) families.set(familyOf(row), [...(families.get(familyOf(row)) ?? []), perCore(row)]);
  const usual = new Map([...families].map(([family, values]) => [family, values.length > 2 ? [...values].sort((x, y) => x - y)[Math.floor(values.length / 4)] : undefined]));
  const kept = corrected.filter((row) => {
    const low = familyOf(row) === undefined ? undefined : usual.get(familyOf(row));
    return row[3] !== '' || low === undefined || Math.abs(perCore(row) - low - 0.046) >= 0.002 || perCore(row) <= low * 1.2;
  });
  console.log(`azure-vm: ${corrected.filter((row) => row[3] !== '').length} prices of Windows replaced, ${corrected.length - kept.length} left out`);
  return { header: [...header, 'as_of', 'source'], rows: kept };
}

function buildTable({ name, from, keys, prices, asOf, source: origin, repair = (table) => table }) {
  const { header, rows } = repair(source(from));
  const priced = prices ?? (asOf === undefined ? [] : header.slice(keys));
  let count = 0;
  const sorted = rows.sort(byKey(keys));
  sorted.forEach((row, index) => {
    if (index > 0 && byKey(keys)(row, sorted[index - 1]) === 0) fail(from, index + 2, `${row.slice(0, keys).join(',')} stands twice`);
    if (row.slice(0, keys).some((cell) => /[",\n]/.test(cell))) fail(from, index + 2, 'a key needs quoting');
    for (const column of priced) {
      const cell = row[header.indexOf(column)] ?? '';
      if (cell === '') continue;
      checkPrice(from, index + 2, cell);
      count += 1;
    }
  });
  write(`${name}.csv.gz`, printCsv([header, ...sorted]));
  return { name, file: `${name}.csv.gz`, keys: header.slice(0, keys), rows: rows.length, prices: count, ...(asOf === undefined ? {} : { asOf, source: origin, method: 'listed' }) };
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const tables = [...buildFacts(), ...TABLES.map(buildTable), ...SPECS.map(buildTable)];
for (const name of PLAIN) {
  const { header, rows } = source(name);
  writeFileSync(join(out, name), printCsv([header, ...rows]));
  tables.push({ name: name.slice(0, -4), file: name, rows: rows.length, prices: 0 });
}
const prices = tables.reduce((sum, table) => sum + table.prices, 0);
const gathered = /gathered up to (\d{4}-\d{2}-\d{2})/.exec(readFileSync(join(resolve(folder), 'README.md'), 'utf8'))?.[1];
writeFileSync(join(out, 'book.json'), `${JSON.stringify({ schemaVersion: 1, currency: 'USD', gathered, prices, tables }, undefined, 1)}\n`);
writeFileSync(join(out, 'README.md'), readFileSync(join(import.meta.dirname, 'build-prices-readme.md'), 'utf8'));
console.log(`${prices} prices in ${tables.length} tables`);
