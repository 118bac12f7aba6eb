import { createServer } from 'node:http';
import pg from 'pg';
import { PRODUCTS, within } from './products.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
pool.on('error', (error) => console.error(`database connection lost: ${error.message}`));

async function prepare() {
  await pool.query('create table if not exists product (id integer primary key, name text not null, price integer not null)');
  for (const row of PRODUCTS) await pool.query('insert into product values ($1, $2, $3) on conflict do nothing', row);
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

let prepared = false;
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://catalog');
  if (url.pathname === '/healthz') return answer(response, prepared ? 200 : 503, { status: prepared ? 'ok' : 'waiting for the database' });
  if (url.pathname !== '/products') return answer(response, 404, { error: 'not found' });
  try {
    const { rows } = await pool.query('select id, name, price from product order by id');
    const bounds = Object.fromEntries(['min', 'max'].filter((key) => url.searchParams.has(key)).map((key) => [key, Number(url.searchParams.get(key))]));
    answer(response, 200, within(rows, bounds));
  } catch (error) {
    console.error(`query failed: ${error.message}`);
    answer(response, 503, { error: 'the database does not answer' });
  }
});

server.listen(Number(process.env.PORT ?? 8080));
process.once('SIGTERM', () => server.close(() => pool.end().then(() => process.exit(0))));

for (;;) {
  try {
    await prepare();
    prepared = true;
    console.log('catalog is ready');
    break;
  } catch (error) {
    console.error(`the database is not ready: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
