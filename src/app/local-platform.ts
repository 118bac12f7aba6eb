/** What commands need of this machine. Everything heavy is loaded by the command that needs it. */
import { dirname, join, resolve } from 'node:path';
import { systemdUnit } from '../adapters/process/systemd.ts';
import type { LocalPlatform } from '../cli/local-platform.ts';
import { openInBrowser } from './browser.ts';
import { reachableFor } from './folders.ts';
import { packageRoot, packageVersion } from './package-root.ts';

export function localPlatform(): LocalPlatform {
  return {
    packageVersion: packageVersion(),
    up: async (options) => (await import('./up.ts')).up(options),
    down: async ({ dataDir, purge, keepDatabase }) => {
      const databaseUrl = process.env['DATABASE_URL'] || undefined;
      return (await import('./down.ts')).down({ dataDir, purge, ...(keepDatabase === true || databaseUrl === undefined ? {} : { databaseUrl }) });
    },
    planPurge: async ({ dataDir }) => (await import('./down.ts')).planPurge({ dataDir, databaseUrl: process.env['DATABASE_URL'] || undefined }),
    systemdUnit: (options) => {
      const home = process.env['HOME'] ?? '/root';
      const path = options.user ? join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'systemd', 'user', 'roadbed.service') : '/etc/systemd/system/roadbed.service';
      // By its path: the Node of systemd's own PATH may be another one, or none.
      const command = [process.execPath, join(packageRoot, 'bin', 'roadbed'), 'up', '--empty', '--data-dir', resolve(options.dataDir), ...options.publicUrls.flatMap((url) => ['--public-url', url])];
      // Resolved: systemd starts it elsewhere. What others must reach may be in a place of its own.
      const dataDir = resolve(options.dataDir);
      const reachable = reachableFor(dataDir);
      const alsoWrites = reachable === dataDir ? [] : [dirname(reachable)];
      return { path, folders: [dataDir, ...alsoWrites], text: systemdUnit({ scope: options.user ? 'user' : 'system', command, dataDir, alsoWrites }) };
    },
    backup: async (options) => (await import('./backup.ts')).backup(options),
    restore: async (options) => (await import('./backup.ts')).restore(options),
    runPipeline: async (options) => (await import('./local-pipeline.ts')).runLocalPipeline(options),
    doctor: async ({ dataDir }) => (await import('./doctor.ts')).diagnose(dataDir),
    openInBrowser,
    infrastructure: {
      open: async (options) => (await import('./infrastructure-files.ts')).openPath(options),
      readBytes: async (path) => (await import('./infrastructure-files.ts')).readBytes(path),
      openAt: async (options) => (await import('./infrastructure-files.ts')).openCommit(options),
      providerCatalogue: async (ownFolder) => (await import('./provider-catalogue.ts')).loadProviderCatalogue('all', ownFolder),
      priceFiles: async (asOf) => {
        const { pricesOf, shippedPrices } = await import('./price-files.ts');
        return asOf === undefined ? shippedPrices() : pricesOf(asOf.day, asOf.folder);
      },
      ownPrices: async (folder) => (await import('./price-files.ts')).ownPrices(folder),
      rules: async (area, types, ownFolder) => (await import('./rule-files.ts')).loadRules(area, types, ownFolder),
      stateStorage: async () => (await import('../adapters/state-storage/state-storage.ts')).stateStorage,
      drawPng: async (svg) => (await import('../adapters/diagram-png/diagram-png.ts')).svgToPng(svg),
    },
  };
}
