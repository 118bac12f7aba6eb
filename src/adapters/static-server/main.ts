/**
 * The program that serves a static site: `node main.ts <folder> [--fallback <file>]`, port from PORT.
 *
 * On SIGTERM it takes no more connections, lets the open answers end, and exits.
 */
import { createStaticServer } from './static-server.ts';

const [root = '.', option, value] = process.argv.slice(2);
const port = Number(process.env['PORT'] ?? 8080);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT is no port: ${process.env['PORT'] ?? ''}`);
  process.exit(2);
}
if (option !== undefined && (option !== '--fallback' || value === undefined)) {
  console.error('usage: main.ts <folder> [--fallback <file>]');
  process.exit(2);
}

const server = await createStaticServer({ root, ...(value === undefined ? {} : { fallback: value }) });
server.on('error', (error) => {
  console.error(`cannot listen on port ${port}: ${error.message}`);
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  console.log(`serving ${root} on port ${typeof address === 'object' ? address?.port : address}`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
