/** Where one can go from everywhere: the navigation, its chords and the palette share this list. */
import type { GlyphName } from '../ui/glyph.tsx';

export interface Destination {
  label: string;
  to: '/' | '/catalog' | '/environments' | '/pipelines' | '/audit' | '/new';
  glyph: GlyphName;
  /** Second key after `g`. */
  key: string;
  /** Paths that also belong to it. */
  also: string[];
}

export const DESTINATIONS: readonly Destination[] = [
  { label: 'Home', to: '/', glyph: 'home', key: 'h', also: [] },
  { label: 'Catalog', to: '/catalog', glyph: 'catalog', key: 'c', also: ['/services'] },
  { label: 'Environments', to: '/environments', glyph: 'environments', key: 'e', also: ['/rollouts'] },
  { label: 'Pipelines', to: '/pipelines', glyph: 'pipelines', key: 'p', also: [] },
  { label: 'Audit', to: '/audit', glyph: 'audit', key: 'a', also: [] },
  { label: 'New service', to: '/new', glyph: 'add', key: 'n', also: [] },
];
