/** Synthetic visitors of the demo shop: a steady rate, at most 50 requests under way, nothing is repeated. */
import { request, Agent } from 'node:http';
import { visit } from './visits.js';

const rate = Number(process.env.REQUESTS_PER_SECOND ?? 40);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const counts = new Map();
let underWay = 0;
let n = 0;

function count(key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function send({ service, method, path, body }) {
  const url = new URL(path, process.env[`${service.toUpperCase()}_URL`]);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
  underWay += 1;
  const done = (outcome) => {
    underWay -= 1;
    count(`${service} ${outcome}`);
  };
  const outgoing = request(url, { method, agent, headers, timeout: 10_000 }, (response) => {
    response.resume();
    response.on('end', () => done(`${Math.floor(response.statusCode / 100)}xx`));
    response.on('error', () => done('broken'));
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')));
  outgoing.on('error', () => done('no answer'));
  outgoing.end(payload);
}

const ticker = setInterval(() => {
  if (underWay < 50) send(visit(n));
  n += 1;
}, 1000 / rate);

const reporter = setInterval(() => {
  console.log([...counts].sort().map(([key, value]) => `${key}: ${value}`).join(', '));
  counts.clear();
}, 30_000);

process.once('SIGTERM', () => {
  clearInterval(ticker);
  clearInterval(reporter);
  agent.destroy();
});
