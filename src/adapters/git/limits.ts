/** What a repository may weigh; everything beyond is refused by name, with the limit. */
const MEGABYTE = 1024 * 1024;

export const LIMITS = {
  /** Pack of one push. */
  pushBytes: 100 * MEGABYTE,
  /** Packs that one fetch from elsewhere may bring. */
  fetchBytes: 500 * MEGABYTE,
  fetchTimeoutMs: 300_000,
  /** One file, on checkout. */
  fileBytes: 20 * MEGABYTE,
  /** One file, read as text by a parser. */
  readBytes: 4 * MEGABYTE,
  files: 20_000,
  /** All files of a commit together, on checkout. */
  checkoutBytes: 1024 * MEGABYTE,
  pathBytes: 1024,
  /** Length of a tree listing; bounds trees that contain themselves over and over. */
  listingBytes: 24 * MEGABYTE,
} as const;

export function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(bytes % MEGABYTE === 0 ? 0 : 1)} MB`;
}
