/** The proxy that one would write on node:http in an afternoon; for comparison. */
import { Agent, createServer, request as send } from 'node:http';

const [port, upstream] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' });

createServer((request, response) => {
  const headers = { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress };
  delete headers.connection;
  const forward = send({ host: '127.0.0.1', port: upstream, agent, method: request.method, path: request.url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forward.on('error', () => response.destroy());
  request.pipe(forward);
}).listen(port, '127.0.0.1');
