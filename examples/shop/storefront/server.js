import { createServer } from 'node:http';
import { page } from './page.js';

const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  if (request.url !== '/') return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
  const trace = request.headers.traceparent;
  const headers = trace === undefined ? {} : { traceparent: trace };
  try {
    const products = await fetch(`${process.env.CATALOG_URL}/products`, { headers, signal: AbortSignal.timeout(5000) });
    if (!products.ok) throw new Error(`catalog answered ${products.status}`);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(await products.json()));
  } catch (error) {
    console.error(error.message);
    response.writeHead(503, { 'content-type': 'text/plain' }).end('the shop is closed for a moment\n');
  }
});

server.listen(Number(process.env.PORT ?? 8080), () => console.log('storefront is ready'));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
