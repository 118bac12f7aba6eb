/** The small line icons of the console, drawn on a 16-unit grid. */
const PATHS = {
  home: 'M2.5 7.2 8 2.8l5.5 4.4V13H9.6V9.4H6.4V13H2.5Z',
  catalog: 'M2.8 3h4.4v4.4H2.8ZM8.8 3h4.4v4.4H8.8ZM2.8 8.9h4.4v4.3H2.8ZM8.8 8.9h4.4v4.3H8.8Z',
  environments: 'M8 2.4 13.6 5 8 7.7 2.4 5ZM2.4 8 8 10.7 13.6 8M2.4 11 8 13.7 13.6 11',
  pipelines: 'M3 8h3m4-4h3m-3 8h3M6 8c2.4 0 1.6-4 4-4M6 8c2.4 0 1.6 4 4 4',
  infrastructure: 'M2.4 2.800h11.200v10.400H2.400ZM4.600 5.200h3v2.400h-3ZM8.600 8.600h3V11h-3ZM6.100 7.600v2.200h2.500',
  findings: 'M7.200 11.600a4.400 4.400 0 1 0 0-8.800 4.400 4.400 0 0 0 0 8.800ZM10.400 10.400l3 3M7.200 5v2.600m0 1.500v.2',
  audit: 'M4 2.6h8v10.8H4ZM6.2 5.6h3.6M6.2 8h3.6m-3.6 2.4h2',
  delivery: 'M2.6 12.800h10.800M3.800 12.800V9.400m2.800 3.400V6.200m2.800 6.600V8m2.800 4.800V3.400',
  cost: 'M2.4 12.800V9.600l3.200-2 3 1.600 5-4.400v8ZM2.4 5.800l3.200-2 3 1.600 5-3.200',
  download: 'M8 2.800v6.800M5 7l3 3 3-3M3 13h10',
  up: 'M8 12.600V3.600M4.600 7 8 3.600 11.400 7',
  down: 'M8 3.400v9M4.600 9 8 12.400 11.400 9',
  add: 'M8 3.2v9.6M3.2 8h9.6',
  search: 'M7.2 11.6a4.4 4.4 0 1 0 0-8.8 4.4 4.4 0 0 0 0 8.8ZM10.4 10.4l3 3',
  copy: 'M5.6 5.6h7v7h-7ZM3.4 10.4V3.4h7',
  check: 'M3.4 8.5 6.6 11.6 12.8 4.8',
  terminal: 'M3 4.5 6.3 8 3 11.5M8 11.6h5',
  open: 'M6.4 3.6H3.4v9h9v-3M9 3.4h3.6V7M12.4 3.6 7.4 8.6',
  menu: 'M2.6 4.5h10.8M2.6 8h10.8M2.6 11.5h10.8',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.8v1.4m0 9.6v1.4M1.8 8h1.4m9.6 0h1.4M3.6 3.6l1 1m6.8 6.8 1 1m0-8.8-1 1M4.6 11.4l-1 1',
  moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6Z',
  auto: 'M2.6 3.4h10.8v7H2.6ZM5.6 13h4.8M8 10.6V13',
  right: 'M6 3.6 10.4 8 6 12.4',
  close: 'M4 4l8 8m0-8-8 8',
  release: 'M8 2.4 13.2 5v6L8 13.6 2.8 11V5ZM2.8 5 8 7.7 13.2 5M8 7.7v5.9',
  user: 'M8 7.6a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 13.4c.5-2.700 2.500-3.900 5-3.900s4.500 1.200 5 3.900',
} as const;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name, size = 16 }: { name: GlyphName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" strokeLinecap="round">
      <path d={PATHS[name]} />
    </svg>
  );
}
