import { createServer } from 'node:http';
import { authorise } from './payments.js';

const limit = Number(process.env.CARD_LIMIT ?? 5000);

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readJson(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return answer(response, 200, { status: 'ok' });
  if (request.method !== 'POST' || request.url !== '/payments') return answer(response, 404, { error: 'not found' });
  const payment = await readJson(request);
  if (payment === undefined) return answer(response, 400, { error: 'the body is not a small JSON document' });
  try {
    const result = authorise(payment, limit);
    answer(response, result.approved ? 201 : 402, result);
  } catch (error) {
    console.error(`payment failed: ${error.message}`);
    answer(response, 500, { error: 'payment failed' });
  }
});

server.listen(Number(process.env.PORT ?? 8080), () => console.log('payments is ready'));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
