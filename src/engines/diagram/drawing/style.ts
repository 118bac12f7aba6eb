/**
 * The style sheet of a drawing, made for where it will be shown. `auto` writes plain light colours and
 * repeats the rules in dark for `prefers-color-scheme`, so that programs which know neither variables
 * nor media queries still draw it right; `variables` leaves the choice to the page around it.
 */
import { COLOURS, PROVIDERS, type ThemeName } from './palette.ts';

export type DrawingTheme = 'auto' | ThemeName | 'variables';

export const FONT_STACK = "Inter, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

const CHANGES = ['added', 'changed', 'removed', 'replaced'];
const EXPOSURES = ['public', 'private', 'isolated'];
const EDGE_DASHES: Record<string, string> = { traffic: '', access: '6 4', event: '2 4', name: '10 3 2 3', attachment: '', dependency: '4 4' };
const CHANGE_DASHES: Record<string, string> = { removed: '5 3', replaced: '9 3 2 3' };

function shapes(colour: (name: string) => string): string[] {
  return [
    `.page{fill:${colour('page')}}`,
    `.ink{fill:${colour('ink')}}`,
    `.muted{fill:${colour('muted')}}`,
    `.card{fill:${colour('card')};stroke:${colour('edge')}}`,
    `.chip{fill:${colour('card')};stroke:${colour('edge')}}`,
    `.plate{fill:${colour('page')};fill-opacity:.93}`,
    `.group{fill:none;stroke:${colour('frame')}}`,
    `.container{fill:${colour('container')}}`,
    `.icon{stroke:${colour('muted')}}`,
    `.rule{stroke:${colour('edge')}}`,
    `a:focus-visible .card{stroke:${colour('focus')};stroke-width:3}`,
    ...PROVIDERS.flatMap((name) => [`.${name} .tile{fill:${colour(`${name}-soft`)}}`, `.${name} .accent{stroke:${colour(name)}}`, `.${name} .count{fill:${colour(name)}}`, `.${name} .frame{stroke:${colour(name)}}`]),
    `.counted{fill:${colour('onchange')}}`,
    ...EXPOSURES.flatMap((name) => [`.${name} .group{fill:${colour(name)};stroke:${colour(`${name}-line`)}}`, `.${name} .exposure{fill:${colour(`${name}-ink`)}}`]),
    ...Object.keys(EDGE_DASHES).flatMap((name) => [`.${name} .line{stroke:${colour(name)}}`, `.${name} .tip{fill:${colour(name)}}`]),
    ...CHANGES.flatMap((name) => [
      `.${name} .card,.${name} .group,.${name} .line{stroke:${colour(name)}}`,
      `.${name} .tip,.${name} .sign{fill:${colour(name)}}`,
      `.hatch-${name}{stroke:${colour(name)}}`,
    ]),
    `.signed{fill:${colour('onchange')}}`,
  ];
}

function fixed(): string[] {
  return [
    `text{font-family:${FONT_STACK}}`,
    '.icon,.accent{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}',
    '.card,.chip,.group{stroke-width:1}',
    '.line{fill:none;stroke-width:1.5}',
    '.frame{stroke-width:1.4}',
    '.kind-zone .group{stroke-dasharray:3 4}.kind-account .group,.kind-region .group{stroke-dasharray:8 4}',
    ...Object.entries(EDGE_DASHES).flatMap(([name, dash]) => (dash === '' ? [] : [`.${name} .line{stroke-dasharray:${dash}}`])),
    '.event .line{stroke-linecap:round;stroke-width:2}.attachment .line,.dependency .line,.name .line{stroke-width:1.2}',
    ...CHANGES.map((name) => `.${name} .card,.${name} .group{stroke-width:2${CHANGE_DASHES[name] === undefined ? '' : `;stroke-dasharray:${CHANGE_DASHES[name]}`}}`),
    '.bold{font-weight:600}',
    'a{cursor:pointer}',
  ];
}

/** Names of all colours as custom properties of `theme`. */
export function colourVariables(theme: ThemeName): string {
  return Object.entries(COLOURS[theme]).map(([name, value]) => `--rd-${name}:${value}`).join(';');
}

/** The rules of a drawing. */
export function styleSheet(theme: DrawingTheme): string {
  const fromTheme = (name: ThemeName) => (colour: string): string => COLOURS[name][colour] ?? '#888888';
  if (theme === 'variables') return [...fixed(), ...shapes((colour) => `var(--rd-${colour})`)].join('\n');
  const base = [...fixed(), ...shapes(fromTheme(theme === 'dark' ? 'dark' : 'light'))];
  if (theme !== 'auto') return base.join('\n');
  return [...base, '@media (prefers-color-scheme: dark){', ...shapes(fromTheme('dark')), '}'].join('\n');
}
