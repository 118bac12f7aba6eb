import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemdUnit } from './systemd.ts';

test('the unit of a system service is this text', () => {
  expect(systemdUnit({ scope: 'system', command: ['/usr/local/bin/roadbed', 'up', '--data-dir', '/var/lib/road bed'], dataDir: '/var/lib/road bed', environment: { PRICE: '100% $5' } })).toBe(`[Unit]
Description=Roadbed, an internal developer platform
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart=/usr/local/bin/roadbed up --data-dir "/var/lib/road bed"
Environment="PRICE=100%% $5"
Restart=always
RestartSec=2
KillMode=process
KillSignal=SIGTERM
TimeoutStopSec=30
Delegate=yes
DelegateSubgroup=supervisor
UMask=0077
LimitNOFILE=65536
OOMPolicy=continue
ProtectSystem=strict
ReadWritePaths="/var/lib/road bed" /tmp /var/tmp
ProtectHome=read-only
ProtectClock=yes
ProtectHostname=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`);
});

test('the unit of a user service leaves out what only the system manager may do', () => {
  const unit = systemdUnit({ scope: 'user', command: ['/home/a/bin/roadbed', 'up'], dataDir: '/home/a/.roadbed' });
  expect(unit).toContain('WantedBy=default.target');
  expect(unit).not.toMatch(/Protect|User=|ReadWritePaths/);
});

test.each([['a line break', '/bin/x\nExecStartPre=/bin/evil'], ['a relative program', 'roadbed']])('%s is refused', (_, program) => {
  expect(() => systemdUnit({ scope: 'system', command: [program], dataDir: '/var/lib/roadbed' })).toThrow(expect.objectContaining({ code: 'ROADBED-1315' }));
});

const ANALYZE = '/usr/bin/systemd-analyze';
if (!existsSync(ANALYZE)) console.log('the unit is not checked by systemd: systemd-analyze comes with the package systemd');

test.skipIf(!existsSync(ANALYZE))('systemd itself finds no fault with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-unit-'));
  try {
    const path = join(folder, 'roadbed.service');
    writeFileSync(path, systemdUnit({ scope: 'system', command: ['/bin/sh', '-c', 'echo "a $b" 100%'], dataDir: '/var/lib/road bed', environment: { A: 'x y' } }));
    const output = execFileSync('sh', ['-c', `${ANALYZE} verify --man=no "$1" 2>&1 || true`, 'verify', path], { encoding: 'utf8' });
    // An older systemd does not know this one and says so, which is all right.
    const faults = output.split('\n').filter((line) => line.includes('roadbed.service') && !line.includes('DelegateSubgroup'));
    expect(faults).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
