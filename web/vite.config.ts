/** Builds the console into web/dist: hashed files, no inline scripts or styles (the pages' CSP forbids them). */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

const config: UserConfig = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The shell with React, router, queries and dialogs; test/slow/console-use.test.ts bounds what is loaded first.
    chunkSizeWarningLimit: 640,
  },
};

export { config as default };
