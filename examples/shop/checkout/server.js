import { createServer } from 'node:http';
import pg from 'pg';
import { placeOrder } from './order.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
pool.on('error', (error) => console.error(`database connection lost: ${error.message}`));

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function save(total, reference) {
  const { rows } = await pool.query('insert into orders (total, reference) values ($1, $2) returning id', [total, reference]);
  await pool.query('delete from orders where id <= $1', [rows[0].id - 10_000]);
  return rows[0].id;
}

async function order(request, response, visitor) {
  const trace = request.headers.traceparent;
  const headers = { 'content-type': 'application/json', ...(trace === undefined ? {} : { traceparent: trace }) };
  const cart = await fetch(`${process.env.CART_URL}/carts/${visitor}`, { headers, signal: AbortSignal.timeout(5000) });
  if (!cart.ok) return answer(response, 503, { error: 'the cart does not answer' });
  const pay = (amount) => fetch(`${process.env.PAYMENTS_URL}/payments`, { method: 'POST', headers, body: JSON.stringify({ amount }), signal: AbortSignal.timeout(5000) });
  const result = await placeOrder(await cart.json(), pay, save);
  answer(response, result.status, result.body);
}

let prepared = false;
const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return answer(response, prepared ? 200 : 503, { status: prepared ? 'ok' : 'waiting for the database' });
  const visitor = /^\/orders\/([a-z0-9-]{1,40})$/.exec(request.url)?.[1];
  if (request.method !== 'POST' || visitor === undefined) return answer(response, 404, { error: 'not found' });
  try {
    await order(request, response, visitor);
  } catch (error) {
    console.error(`order failed: ${error.message}`);
    answer(response, 503, { error: 'the order could not be placed' });
  }
});

server.listen(Number(process.env.PORT ?? 8080));
process.once('SIGTERM', () => server.close(() => pool.end().then(() => process.exit(0))));

for (;;) {
  try {
    await pool.query('create table if not exists orders (id bigserial primary key, total integer not null, reference text not null, placed timestamptz not null default now())');
    prepared = true;
    console.log('checkout is ready');
    break;
  } catch (error) {
    console.error(`the database is not ready: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
