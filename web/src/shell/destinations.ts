/**
 * Where one can go from everywhere: the navigation, its chords and the palette share this list. A page
 * joins the navigation by a line here; a group shows as soon as it has a page.
 */
import type { GlyphName } from '../ui/glyph.tsx';

export interface Destination {
  label: string;
  to: '/' | '/catalog' | '/environments' | '/pipelines' | '/delivery' | '/infrastructure' | '/findings' | '/cost' | '/audit' | '/new';
  glyph: GlyphName;
  /** Second key after `g`. */
  key: string;
  /** Paths that also belong to it. */
  also: string[];
  group: GroupName;
}

/** In the order of the navigation; what stands in `Start` has no heading. */
export const GROUPS = ['Start', 'Services', 'Delivery', 'Infrastructure', 'Cost', 'Platform'] as const;
type GroupName = (typeof GROUPS)[number];

export const DESTINATIONS: readonly Destination[] = [
  { group: 'Start', label: 'Home', to: '/', glyph: 'home', key: 'h', also: [] },
  { group: 'Services', label: 'Catalog', to: '/catalog', glyph: 'catalog', key: 'c', also: ['/services'] },
  { group: 'Services', label: 'New service', to: '/new', glyph: 'add', key: 'n', also: [] },
  { group: 'Delivery', label: 'Pipelines', to: '/pipelines', glyph: 'pipelines', key: 'p', also: [] },
  { group: 'Delivery', label: 'Environments', to: '/environments', glyph: 'environments', key: 'e', also: ['/rollouts'] },
  { group: 'Delivery', label: 'Delivery metrics', to: '/delivery', glyph: 'delivery', key: 'd', also: [] },
  { group: 'Infrastructure', label: 'Roots and diagrams', to: '/infrastructure', glyph: 'infrastructure', key: 'i', also: [] },
  { group: 'Infrastructure', label: 'Findings', to: '/findings', glyph: 'findings', key: 'f', also: [] },
  { group: 'Cost', label: 'Spending and savings', to: '/cost', glyph: 'cost', key: 'm', also: [] },
  { group: 'Platform', label: 'Audit', to: '/audit', glyph: 'audit', key: 'a', also: [] },
];
