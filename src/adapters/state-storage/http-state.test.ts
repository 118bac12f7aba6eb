/** States over http from real servers on this machine: slow, endless, moving, lying and well-behaved ones. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { issueCertificate } from '../../formats/x509/certificate.ts';
import type { StateStorageOptions } from '../../ports/state-storage.ts';
import { stateStorage } from './state-storage.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function served(answer: RequestListener, server: Server = createServer()): Promise<string> {
  servers.push(server.on('request', answer));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, options: Partial<StateStorageOptions> = {}, trusted = true): Promise<string> {
  const { states } = await stateStorage.find({ kind: 'http', url, trusted }, { environment: {}, timeoutMs: 5_000, ...options });
  const parts: Uint8Array[] = [];
  for await (const part of states[0]?.read() ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

const failure = async (asked: Promise<unknown>): Promise<unknown> => await asked.then(() => 'no failure', (error: unknown) => error);

test('a state is read with user and password, a token, or headers of one\'s own', async () => {
  const seen: (string | undefined)[] = [];
  const host = await served((request, response) => {
    seen.push(request.headers.authorization, request.headers['x-team'] as string | undefined);
    response.end('{"version":4}');
  });
  expect(await read(`http://${host}/net`, { environment: { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 'secret' } })).toBe('{"version":4}');
  await read(`http://${host}/net`, { environment: { ROADBED_STATE_TOKEN: 'abc', ROADBED_STATE_HEADERS: 'X-Team: payments\n' } });
  await read(`http://me:p%40ss@${host}/net`);
  expect(seen).toEqual([`Basic ${Buffer.from('ci:secret').toString('base64')}`, undefined, 'Bearer abc', 'payments', `Basic ${Buffer.from('me:p@ss').toString('base64')}`, undefined]);
  expect(await failure(read(`http://${host}/net`, { environment: { ROADBED_STATE_HEADERS: 'evil\r\nX: y' } }))).toMatchObject({ code: 'ROADBED-8809' });
});

test('an address that stood in code gets no credentials of the environment', async () => {
  const seen: unknown[] = [];
  const host = await served((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401).end();
  });
  const error = await failure(read(`http://${host}/net`, { environment: { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 'secret', ROADBED_STATE_TOKEN: 'abc' } }, false));
  expect(error).toMatchObject({ code: 'ROADBED-8207', next: expect.stringContaining('give the address itself') as string });
  expect(seen).toEqual([undefined]);
});

test('a redirect is followed on the same host and to no other, which hears nothing', async () => {
  let heard = 0;
  const other = await served((_, response) => {
    heard += 1;
    response.end('{}');
  });
  const host = await served((request, response) => {
    const to: Record<string, string> = { '/near': '/state', '/far': `http://${other}/state`, '/round': '/round', '/nowhere': 'http://' };
    const location = to[request.url ?? ''];
    if (location === undefined) response.end('{"version":4}');
    else response.writeHead(307, { location }).end();
  });
  const environment = { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 'secret' };
  expect(await read(`http://${host}/near`, { environment })).toBe('{"version":4}');
  for (const path of ['far', 'round', 'nowhere']) expect(await failure(read(`http://${host}/${path}`, { environment }))).toMatchObject({ code: 'ROADBED-8207' });
  expect(heard).toBe(0);
});

test('a server that is silent, and one that drips for ever, end with the time', async () => {
  const host = await served((request, response) => {
    if (request.url === '/silent') return;
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  });
  for (const path of ['silent', 'drip']) expect(await failure(read(`http://${host}/${path}`, { timeoutMs: 300 }))).toMatchObject({ code: 'ROADBED-8803', class: 'timed-out' });
});

test('more than the allowed size is refused, whether it is announced or not', async () => {
  const host = await served((request, response) => {
    if (request.url === '/told') response.writeHead(200, { 'content-length': '5000000' }).write('{');
    else response.end(Buffer.alloc(5_000_000, 32));
  });
  for (const path of ['told', 'untold']) expect(await failure(read(`http://${host}/${path}`, { largestBytes: 1_000_000 }))).toMatchObject({ code: 'ROADBED-8208' });
});

test('what is cut off is an error, never a short state', async () => {
  const host = await served((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"version":4');
    setTimeout(() => response.destroy(), 50);
  });
  expect(await failure(read(`http://${host}/net`))).toMatchObject({ code: 'ROADBED-8206' });
});

test('a page to log in, an empty answer and a refusal are told for what they are', async () => {
  const host = await served((request, response) => {
    if (request.url === '/login') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
    else response.writeHead(Number(request.url?.slice(1))).end();
  });
  expect(await failure(read(`http://${host}/login`))).toMatchObject({ code: 'ROADBED-8207', why: expect.stringContaining('web page') as string });
  expect(await failure(read(`http://${host}/403`))).toMatchObject({ code: 'ROADBED-8207', class: 'forbidden' });
  for (const status of [204, 404, 500]) expect(await failure(read(`http://${host}/${status}`))).toMatchObject({ code: 'ROADBED-8207', why: `it answered ${status}` });
  expect(await failure(read('http://127.0.0.1:9/net'))).toMatchObject({ code: 'ROADBED-8206', why: 'ECONNREFUSED' });
});

test('a certificate of an authority that nobody knows is refused, and accepted once the authority is given', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const cert = issueCertificate({ serial: Buffer.from([7]), subject: 'states', issuer: 'states', notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000, publicKey: spki, issuerPublicKey: spki, isAuthority: false, names: [{ ip: '127.0.0.1' }] }, (body) => sign('sha256', body, createPrivateKey(key)));
  const host = await served((_, response) => response.end('{"version":4}'), createSecureServer({ key, cert }));
  expect(await failure(read(`https://${host}/net`))).toMatchObject({ code: 'ROADBED-8206', why: expect.stringMatching(/SELF_SIGNED/) as string });
  expect(await failure(read(`https://${host}/net`, { environment: { TF_HTTP_SKIP_CERT_VERIFICATION: 'true' } }))).toMatchObject({ code: 'ROADBED-8206' });
  expect(await read(`https://${host}/net`, { environment: { TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: cert } })).toBe('{"version":4}');
});

test('a client that is not installed is named with the line that installs it, and never taken from the folder at hand', async () => {
  const environment = { XDG_CONFIG_HOME: '/nonexistent/it\'s' };
  const find = (text: Parameters<typeof stateStorage.find>[0]): Promise<unknown> => failure(stateStorage.find(text, { environment, timeoutMs: 1_000 }));
  expect(await find({ kind: 's3', bucket: 'states', key: 'a', workspacePrefix: 'env:' })).toMatchObject({ code: 'ROADBED-8802', next: "npm install --prefix '/nonexistent/it'\\''s/roadbed/clients' @aws-sdk/client-s3@3" });
  expect(await find({ kind: 'google', bucket: 'states', prefix: 'a' })).toMatchObject({ next: expect.stringMatching(/ @google-cloud\/storage@8$/) as string });
  expect(await find({ kind: 'azure', account: 'acmestates', container: 'tfstate', key: 'a' })).toMatchObject({ next: expect.stringMatching(/ @azure\/storage-blob@12 @azure\/identity@4$/) as string });
});
