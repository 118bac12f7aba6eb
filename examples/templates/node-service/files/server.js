import { createServer } from 'node:http';
import { greeting } from './greeting.js';

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/healthz') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
  if (pathname !== '/') return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(`${greeting(searchParams.get('name') ?? 'world')}\n`);
});

// The platform says which port is free; it asks /healthz until it may send requests.
server.listen(Number(process.env.PORT ?? 8080), () => console.log('${{ name }} is ready'));

// On SIGTERM the platform has already taken the traffic away: answer what is under way, then end.
process.once('SIGTERM', () => server.close(() => process.exit(0)));
