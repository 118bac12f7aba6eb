/**
 * The glyphs of a diagram: drawn for Roadbed as strokes on a 24 x 24 grid, one a category of
 * infrastructure. Neutral on purpose: no vendor's artwork, no vendor's shapes; the provider is told by
 * the colour.
 */
import type { Glyph } from '../diagram.ts';

/** SVG path data, to be stroked (1.6 wide, round) and not filled. */
export const GLYPHS: Record<Glyph, string> = {
  account: 'M4 20V9l8-5 8 5v11zM9 20v-6h6v6',
  alarm: 'M6 17v-6a6 6 0 0 1 12 0v6l1.5 2h-15zM10.5 21h3M12 5V3',
  analytics: 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6',
  api: 'M8 6l-5 6 5 6M16 6l5 6-5 6M13.5 5l-3 14',
  balancer: 'M3 12h5M8 12c4 0 4-7 8-7h4M8 12h12M8 12c4 0 4 7 8 7h4M18 3l2 2-2 2M18 10l2 2-2 2M18 17l2 2-2 2',
  bucket: 'M4 6c0-3.3 16-3.3 16 0s-16 3.3-16 0zM4 6l2 12.5c.3 2.7 11.7 2.7 12 0L20 6',
  build: 'M14 6.5a4.5 4.5 0 0 0-6 5.6L3.6 16.5a2 2 0 0 0 0 2.9l1 1a2 2 0 0 0 2.9 0L12 16a4.5 4.5 0 0 0 5.6-6L14.5 13 11 9.5z',
  cache: 'M13 3L5 13.5h6L10 21l9-11h-6.5z',
  cdn: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM12 3v6.5M4.2 16.5l5.6-3.2M19.8 16.5l-5.6-3.2',
  certificate: 'M5 4h14v11H5zM9 8h6M9 11h4M14 15v6l2.5-1.5L19 21v-6',
  cluster: 'M12 3l4 2.3v4.6L12 12.2 8 9.9V5.3zM7.5 12l4 2.3v4.6l-4 2.3-4-2.3v-4.6zM16.5 12l4 2.3v4.6l-4 2.3-4-2.3v-4.6z',
  compute: 'M6 6h12v12H6zM10 10h4v4h-4zM9 6V3M15 6V3M9 21v-3M15 21v-3M6 9H3M6 15H3M21 9h-3M21 15h-3',
  container: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  database: 'M5 6c0-3 14-3 14 0v12c0 3-14 3-14 0zM5 6c0 3 14 3 14 0M5 12c0 3 14 3 14 0',
  disk: 'M4 5h16v14H4zM4 14h16M8 16.5h3M16 16.5h.1',
  dns: 'M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.1M7.5 16.5h.1M12 7.5h5M12 16.5h5M12 10v4',
  email: 'M3 6h18v12H3zM3 7l9 7 9-7',
  event: 'M12 3v4M12 17v4M3 12h4M17 12h4M5.6 5.6l2.8 2.8M15.6 15.6l2.8 2.8M5.6 18.4l2.8-2.8M15.6 8.4l2.8-2.8M12 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z',
  'file-system': 'M3 6h6l2 2.5h10V19H3zM7 12.5h10M7 15.5h6',
  firewall: 'M4 4h16v16H4zM4 9.3h16M4 14.7h16M12 4v5.3M8 9.3v5.4M16 9.3v5.4M12 14.7V20',
  function: 'M16.5 4.5c-3-1.5-4.5.5-5 3L9.5 17c-.5 2.5-2 4-4.5 3M7.5 10.5h7M14.5 14l5 6M19.5 14l-5 6',
  gateway: 'M4 20V10a8 8 0 0 1 16 0v10M4 20h5v-9.5a3 3 0 0 1 6 0V20h5',
  generic: 'M5 7a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2zM9 12h.1M12 12h.1M15 12h.1',
  identity: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c0-8 14-8 14 0z',
  internet: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18',
  key: 'M8 11.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM11.2 12.8L20 4M16.5 7.5l3 3M14 10l2 2',
  log: 'M6 3h9l4 4v14H6zM15 3v4h4M9.5 12h6M9.5 15h6M9.5 18h4',
  'machine-learning': 'M6 4.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM6 15.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM18 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM8 7l8 4.2M8 17l8-4.2M6 8.5v7',
  module: 'M4 4h7v7H4zM13 13h7v7h-7zM11 7.5h5.5V13M7.5 11v5.5H13',
  network: 'M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4',
  peering: 'M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM16 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10.5 12h3',
  policy: 'M12 3l8 3v6c0 4.5-3.5 7.5-8 9-4.5-1.5-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5',
  queue: 'M3 8h4v8H3zM10 8h4v8h-4zM17 8h4v8h-4zM5 5h14M16.5 3L19 5l-2.5 2',
  region: 'M12 21c-4.5-5-7-8-7-11a7 7 0 0 1 14 0c0 3-2.5 6-7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  registry: 'M4 4h16v16H4zM4 12h16M9 4v4h6V4M9 12v4h6v-4',
  route: 'M6 15.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM18 3.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8.5 18H14a3 3 0 0 0 0-6h-4a3 3 0 0 1 0-6h5.5',
  schedule: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2.5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
  secret: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2',
  stream: 'M3 7c3-3 6 3 9 0s6 3 9 0M3 12c3-3 6 3 9 0s6 3 9 0M3 17c3-3 6 3 9 0s6 3 9 0',
  subnet: 'M4 4h16v16H4zM4 12h16M12 12v8M7.5 8h.1M10.5 8h.1',
  team: 'M8.5 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM2.5 19c0-7 12-7 12 0zM16 6a2.5 2.5 0 0 1 0 5M17.5 14c2.5.5 4 2.2 4 5',
  topic: 'M6 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM11.5 7.5a6.5 6.5 0 0 1 0 9M15 4.5a11 11 0 0 1 0 15',
  user: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5.5 20v-1.5a4.5 4.5 0 0 1 4.5-4.5h4a4.5 4.5 0 0 1 4.5 4.5V20',
  'virtual-private-network': 'M3 12h4M17 12h4M7 8.5h10v7H7zM10 8.5V7a2 2 0 0 1 4 0v1.5M12 11.2v1.6',
  workflow: 'M4 4h6v5H4zM14 15h6v5h-6zM10 6.5h5a2 2 0 0 1 2 2V15M7 9v6.5a2 2 0 0 0 2 2h5',
  zone: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z',
};

/** Path data of `glyph`; of the generic one for a name that is not known. */
export function glyphPath(glyph: string): string {
  return Object.hasOwn(GLYPHS, glyph) ? GLYPHS[glyph as Glyph] : GLYPHS.generic;
}
