import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRepository } from './repository-folder.ts';
import { fetchBranch } from './fetch.ts';
import { remoteAddress } from './names.ts';
import { allowedHosts, bindRemote } from './remote-network.ts';

const NONE = allowedHosts([], 'test');
const bind = (url: string, allow: string[] = []) => bindRemote(remoteAddress(url, []), allowedHosts(allow, 'test'));

test.each([
  'http://127.0.0.1/x.git', 'http://127.1/x.git', 'http://2130706433/x.git', 'http://0x7f.1/x.git', 'http://0/x.git', 'https://localhost/x.git', 'https://LOCALHOST/x.git',
  'http://10.1.2.3/x.git', 'http://172.16.0.1/x.git', 'http://192.168.1.1/x.git', 'http://169.254.169.254/latest/meta-data', 'http://100.100.100.200/x', 'http://[::1]/x.git',
  'http://[::ffff:127.0.0.1]/x.git', 'http://[::ffff:a00:1]/x', 'http://[64:ff9b::7f00:1]/x', 'http://[fd00:ec2::254]/x', 'http://[fe80::1]/x', 'http://[::]/x',
  'ssh://git@127.0.0.1/x.git', 'git@localhost:x.git', 'git@10.0.0.1:x.git',
])('%s is refused: a team must not reach into the platform\'s network', async (url) => {
  await expect(bind(url)).rejects.toMatchObject({ code: 'ROADBED-2013' });
});

test('a public address passes, and git is bound to it and follows no redirect', async () => {
  expect((await bind('https://93.184.216.34/x.git')).settings).toEqual({ 'http.followRedirects': 'false' });
  expect((await bind('http://localhost:8080/x.git', ['localhost'])).settings['http.curloptResolve']).toMatch(/^localhost:8080:(127\.0\.0\.1|\[::1\])/);
  expect((await bind('git@localhost:x.git', ['localhost'])).environment['GIT_SSH_COMMAND']).toMatch(/-o 'HostName=(127\.0\.0\.1|::1)' -o 'HostKeyAlias=localhost'$/);
  expect((await bind('ssh://git@localhost:2222/x.git', ['localhost'])).environment['GIT_SSH_COMMAND']).toContain("HostKeyAlias=[localhost]:2222'");
});

test('what the platform team allows passes, by name, by address and by range', async () => {
  for (const allow of ['127.0.0.1', '127.0.0.0/8']) await bind('http://127.0.0.1/x.git', [allow]);
  await bind('http://localhost/x.git', ['127.0.0.0/8', '::1']);
  await expect(bind('http://127.0.0.1/x.git', ['localhost'])).rejects.toMatchObject({ code: 'ROADBED-2013' });
  for (const wrong of [['10.0.0.0/33'], ['a b'], ['10.0.0.0/8/8'], [7], 'x']) expect(() => allowedHosts(wrong, 'extensions/repository-hosts.json')).toThrow(/extensions\/repository-hosts\.json/);
});

test('a name that nobody has is told as unreachable', async () => {
  await expect(bind('https://nobody.invalid/x.git')).rejects.toMatchObject({ code: 'ROADBED-2007', retry: 'backoff' });
});

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-remote-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  rmSync(folder, { recursive: true, force: true });
});

async function listening(answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(answer as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('neither the first request nor a redirect reaches a machine that is not allowed', async () => {
  const reached: string[] = [];
  const inner = await listening((request, response) => void (reached.push(request.url ?? ''), response.writeHead(404).end()));
  const outer = await listening((request, response) => void response.writeHead(302, { location: `http://127.0.0.1:${inner}${request.url ?? ''}` }).end());
  const gitDir = join(folder, 'x.git');
  await createRepository(gitDir, 'main');
  const fetching = (port: number, allowed = NONE) => fetchBranch(gitDir, remoteAddress(`http://127.0.0.1:${port}/x.git`, []), 'refs/heads/main', undefined, allowed);
  await expect(fetching(inner)).rejects.toMatchObject({ code: 'ROADBED-2013' });
  await expect(fetching(outer, allowedHosts(['127.0.0.1'], 'test'))).rejects.toMatchObject({ code: 'ROADBED-2007' });
  expect(reached).toEqual([]);
  await expect(fetching(inner, allowedHosts(['127.0.0.1'], 'test'))).rejects.toMatchObject({ code: 'ROADBED-2007' });
  expect(reached.length).toBeGreaterThan(0);
});
