import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureCertificates } from '../api/transport/certificates.ts';
import { connect } from './connection.ts';

test('a server whose certificate is not trusted gets no token, and the person is told what to copy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-connection-'));
  const certificates = ensureCertificates(folder, { now: () => Date.now(), monotonic: () => 0 });
  const tokens: unknown[] = [];
  const server = createServer({ key: certificates.key, cert: certificates.certificate }, (request, response) => {
    tokens.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await expect(connect({ apiUrl, token: 'planted' }).call('GET', '/version')).rejects.toMatchObject({ code: 'ROADBED-6008', next: expect.stringContaining('--ca ca.crt') });
    expect(tokens).toEqual([]);
    await connect({ apiUrl, token: 'planted', ca: certificates.authority }).call('GET', '/version');
    expect(tokens).toEqual(['Bearer planted']);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});
