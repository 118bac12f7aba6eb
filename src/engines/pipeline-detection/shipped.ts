/** The detectors that ship, in the order they are tried. */
import type { Condition, DetectedStep, Detector } from './detector.ts';

const has = (file: string): Condition => ({ file });
const script = (name: string, matches?: string): Condition => ({ json: 'package.json', at: `scripts.${name}`, ...(matches === undefined ? {} : { matches }) });
const not = (condition: Condition): Condition => ({ not: condition });
const any = (...conditions: Condition[]): Condition => ({ any: conditions });
const all = (...conditions: Condition[]): Condition => ({ all: conditions });

const LOCKED = any(has('package-lock.json'), has('npm-shrinkwrap.json'));
const DEPENDENCIES = any(LOCKED, ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'workspaces'].map((at): Condition => ({ json: 'package.json', at })));
/** What `npm init` writes, and scripts that only print. */
const REAL_TEST = all(script('test'), not(script('test', 'no test specified')), not(script('test', '^\\s*(echo|true|:|exit 0)\\b[^&|;]*$')));
/** A test that says it works on built files waits for the build; others run beside it. */
const TEST_NEEDS_BUILD = any(script('test', '\\b(build|dist|out|lib)\\b'), script('pretest'));
const NPM_CACHE = [{ name: 'npm', path: '~/.npm' }];

const INSTALL: DetectedStep[] = [
  { name: 'install', needs: [], commands: [['npm', 'ci', '--no-audit', '--no-fund']], timeoutSeconds: 900, caches: NPM_CACHE, when: LOCKED },
  { name: 'install-unlocked', needs: [], commands: [['npm', 'install', '--no-audit', '--no-fund']], timeoutSeconds: 900, caches: NPM_CACHE, when: all(not(LOCKED), DEPENDENCIES) },
];
const AFTER_INSTALL = ['install', 'install-unlocked'];
const BUILD: DetectedStep = { name: 'build', needs: AFTER_INSTALL, commands: [['npm', 'run', 'build']], timeoutSeconds: 900, when: script('build') };
const TEST: DetectedStep[] = [
  { name: 'test', needs: AFTER_INSTALL, commands: [['npm', 'test']], timeoutSeconds: 900, when: all(REAL_TEST, not(TEST_NEEDS_BUILD)) },
  { name: 'test-built', needs: [...AFTER_INSTALL, 'build'], commands: [['npm', 'test']], timeoutSeconds: 900, when: all(REAL_TEST, TEST_NEEDS_BUILD) },
];
const LEFT_OUT = ['.git', '.github', 'node_modules/.cache'];
const DESCRIPTIONS = ['score.yaml', 'catalog-info.yaml', 'roadbed.yaml', ...LEFT_OUT];

const STARTS_SOMETHING = any(script('start'), { json: 'package.json', at: 'main' }, has('server.js'), has('index.js'));

/** Builders of static sites and the folder they write to. */
const SITE_BUILDERS: Record<string, { packages: string[]; folder: string }> = {
  vite: { packages: ['vite', 'astro', 'parcel', '@rspack/cli'], folder: 'dist' },
  eleventy: { packages: ['@11ty/eleventy'], folder: '_site' },
  'react-scripts': { packages: ['react-scripts'], folder: 'build' },
  hexo: { packages: ['hexo', 'gatsby'], folder: 'public' },
};

function usesAny(packages: readonly string[]): Condition {
  return any(...packages.flatMap((name): Condition[] => ['dependencies', 'devDependencies'].map((list) => ({ json: 'package.json', at: `${list}.${name.replaceAll('.', '\\.')}` }))));
}

function builtSite(name: string, { packages, folder }: { packages: string[]; folder: string }): Detector {
  return {
    name: `static-site-${name}`,
    description: `A static site built by ${packages.join(' or ')} into ${folder}/.`,
    when: all(has('package.json'), script('build'), not(has('server.js')), not(script('start', '^\\s*node\\b')), usesAny(packages)),
    steps: [...INSTALL, BUILD, ...TEST],
    artifact: { path: folder, exclude: [] },
    start: { kind: 'static', root: '.' },
  };
}

function plainSite(folder: string): Detector {
  return {
    name: folder === '.' ? 'static-site' : `static-site-in-${folder.replace(/^_/, '')}`,
    description: folder === '.' ? 'A static site: index.html at the root.' : `A static site: index.html in ${folder}/.`,
    when: all(has(folder === '.' ? 'index.html' : `${folder}/index.html`), not(has('package.json'))),
    steps: [],
    artifact: { path: folder, exclude: folder === '.' ? DESCRIPTIONS : [] },
    start: { kind: 'static', root: '.' },
  };
}

export const SHIPPED_DETECTORS: readonly Detector[] = [
  ...Object.entries(SITE_BUILDERS).map(([name, builder]) => builtSite(name, builder)),
  {
    name: 'node',
    description: 'A Node service: package.json with a start script, a main file, server.js or index.js.',
    when: all(has('package.json'), STARTS_SOMETHING),
    steps: [...INSTALL, BUILD, ...TEST],
    artifact: { path: '.', exclude: LEFT_OUT },
    start: { kind: 'package-json' },
  },
  ...['.', 'public', 'dist', '_site'].map(plainSite),
  {
    name: 'static-site-with-package',
    description: 'A static site: index.html at the root, beside a package.json that starts nothing.',
    when: all(has('index.html'), has('package.json')),
    steps: [...INSTALL, BUILD, ...TEST],
    artifact: { path: '.', exclude: [...DESCRIPTIONS, 'node_modules'] },
    start: { kind: 'static', root: '.' },
  },
];
