/**
 * Until when versions have standard support; afterwards the vendor charges for extended support.
 *
 * Dates: the vendor's release calendars of EKS and of RDS and Aurora, as of 2026-11. A version that is
 * not listed is taken to be supported: a wrong charge would be worse than a missing remark.
 */

/** Ends of standard support of Kubernetes versions on EKS; extended support follows for a year. */
const EKS: Readonly<Record<string, string>> = { '1.23': '2023-10-11', '1.24': '2024-01-31', '1.25': '2024-05-01', '1.26': '2024-06-11', '1.27': '2024-07-24', '1.28': '2024-11-26', '1.29': '2025-03-23', '1.30': '2025-07-23', '1.31': '2025-11-26', '1.32': '2026-03-23', '1.33': '2026-07-29', '1.34': '2026-12-02' };

/** Major versions of engines: the first day with a charge, and the first day at twice the charge. */
const DATABASES: Readonly<Record<string, readonly [charged: string, doubled: string]>> = {
  'mysql 5.7': ['2024-03-01', '2026-03-01'], 'mysql 8.0': ['2026-08-01', '2028-08-01'],
  'postgres 11': ['2024-04-01', '2026-04-01'], 'postgres 12': ['2025-03-01', '2027-03-01'], 'postgres 13': ['2026-03-01', '2028-03-01'],
  'aurora-mysql 5.7': ['2024-12-01', '2026-12-01'],
  'aurora-postgresql 11': ['2024-04-01', '2026-04-01'], 'aurora-postgresql 12': ['2025-03-01', '2027-03-01'], 'aurora-postgresql 13': ['2026-03-01', '2028-03-01'],
};

export function isExtendedEks(version: string, today: string): boolean {
  const end = EKS[version];
  return end !== undefined && today > end;
}

/** 0 for standard support, otherwise how many times the charge of the first year. */
export function extendedDatabaseSupport(engine: string, version: string, today: string): 0 | 1 | 2 {
  const [major = '', minor = ''] = version.split('.');
  const found = DATABASES[`${engine} ${engine.includes('mysql') ? `${major}.${minor}` : major}`];
  if (found === undefined || today < found[0]) return 0;
  return today < found[1] ? 1 : 2;
}
