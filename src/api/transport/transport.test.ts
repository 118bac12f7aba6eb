import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { addressBytes } from '../../formats/x509/certificate.ts';
import { ensureCertificates } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { listenTls } from './server.ts';

const DAY = 86_400_000;
let folder: string;
const at = (now: number): { now(): number; monotonic(): number } => ({ now: () => now, monotonic: () => now });
const today = Date.now();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a CA and a server certificate are made once, private, and for the names of this machine', () => {
  const made = ensureCertificates(join(folder, 'tls'), at(today), ['roadbed.example.com', '192.0.2.7']);
  const [authority, server] = [new X509Certificate(made.authority), new X509Certificate(made.certificate)];
  expect(authority.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.checkIssued(authority) && server.verify(authority.publicKey) && authority.verify(authority.publicKey)).toBe(true);
  for (const name of ['localhost', 'roadbed.example.com']) expect(server.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', '192.0.2.7']) expect(server.checkIP(address)).toBeDefined();
  expect(server.checkHost('elsewhere.example.com')).toBeUndefined();
  for (const file of ['ca.key', 'server.key']) expect(statSync(join(folder, 'tls', file)).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'tls')).mode & 0o777).toBe(0o700);
  expect(ensureCertificates(join(folder, 'tls'), at(today), ['roadbed.example.com', '192.0.2.7'])).toEqual(made);
});

test('the server certificate is renewed before its end or for another name; the CA stays', () => {
  const first = ensureCertificates(folder, at(today));
  const renewed = ensureCertificates(folder, at(today + 340 * DAY));
  expect(renewed.authority).toBe(first.authority);
  expect(renewed.certificate).not.toBe(first.certificate);
  const named = ensureCertificates(folder, at(today + 340 * DAY), ['new.example.com']);
  expect(named.certificate).not.toBe(renewed.certificate);
  expect(ensureCertificates(folder, at(today + 3640 * DAY)).authority).not.toBe(first.authority);
});

test('a broken file is reported, not replaced', () => {
  ensureCertificates(folder, at(today));
  writeFileSync(join(folder, 'ca.crt'), 'nonsense');
  expect(() => ensureCertificates(folder, at(today))).toThrow(/cannot be read or written/);
  expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).toBe('nonsense');
});

test('addresses become bytes', () => {
  expect(addressBytes('127.0.0.1')).toEqual(Buffer.from([127, 0, 0, 1]));
  expect(addressBytes('::1')).toEqual(Buffer.from([...Array<number>(15).fill(0), 1]));
  expect(addressBytes('2001:db8::2:1').toString('hex')).toBe('20010db8000000000000000000020001');
  expect(() => addressBytes('localhost')).toThrow('not an IP address');
});

test('the listener answers over TLS to who trusts the CA, and refuses a port in use', async () => {
  const certificates = ensureCertificates(folder, at(Date.now()));
  const options = { port: 0, certificates, onError: () => {}, handler: async (_: unknown, response: import('node:http').ServerResponse) => (response.end('hello'), true) };
  const listener = await listenTls(options);
  const get = (ca: string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      const call = request(`${listener.url}/`, { ...(ca === undefined ? {} : { ca }), agent: false }, (response) => {
        response.setEncoding('utf8');
        response.on('data', resolve);
      });
      call.on('error', reject);
      call.end();
    });
  expect(await get(certificates.authority)).toBe('hello');
  await expect(get(undefined)).rejects.toThrow(/certificate/);
  await expect(listenTls({ ...options, port: listener.port })).rejects.toMatchObject({ code: 'ROADBED-1131' });
  await listener.close();
});

test('a kubeconfig is private and complete', () => {
  const path = join(folder, 'a', 'kubeconfig');
  writeKubeconfig(path, { server: 'https://127.0.0.1:1', authority: 'PEM', token: 't', namespace: 'payments' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(parse(readFileSync(path, 'utf8'))).toMatchObject({ 'current-context': 'roadbed', users: [{ user: { token: 't' } }], clusters: [{ cluster: { 'certificate-authority-data': 'UEVN' } }], contexts: [{ context: { namespace: 'payments' } }] });
});
