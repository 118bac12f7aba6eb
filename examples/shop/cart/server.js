import { createServer } from 'node:http';
import { Carts } from './cart.js';

const carts = new Carts();

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function addToCart(request, response, visitor, productId) {
  const trace = request.headers.traceparent;
  const products = await fetch(`${process.env.CATALOG_URL}/products`, { headers: trace === undefined ? {} : { traceparent: trace }, signal: AbortSignal.timeout(5000) });
  const product = products.ok ? (await products.json()).find((one) => one.id === productId) : undefined;
  if (product === undefined) return answer(response, products.ok ? 404 : 503, { error: 'no such product' });
  carts.add(visitor, product);
  answer(response, 201, carts.read(visitor));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://cart');
  const [, room, visitor, productId] = url.pathname.split('/');
  if (room === 'healthz') return answer(response, 200, { status: 'ok' });
  if (room !== 'carts' || visitor === undefined) return answer(response, 404, { error: 'not found' });
  try {
    if (request.method === 'GET') return answer(response, 200, carts.read(visitor));
    await addToCart(request, response, visitor, Number(productId));
  } catch (error) {
    console.error(`catalog failed: ${error.message}`);
    answer(response, 503, { error: 'the catalog does not answer' });
  }
});

server.listen(Number(process.env.PORT ?? 8080), () => console.log('cart is ready'));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
