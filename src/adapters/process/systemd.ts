/**
 * The systemd unit for `roadbed service install`, as text: the caller writes it where systemd looks.
 *
 * The unit starts the control plane, which starts or adopts the supervisor. `KillMode=process` leaves supervisor
 * and workloads running when the control plane alone is restarted; `Delegate=yes` hands control groups on, so
 * that limits are enforced by the kernel; `DelegateSubgroup` (systemd 254, older ones ignore it and the watchdog
 * stands in) keeps the unit's own group free of processes, which version 2 asks for. The hardening stops short of what Roadbed itself needs: it starts
 * programs as other users and makes namespaces for them, so no `NoNewPrivileges`, no `RestrictNamespaces`, nothing
 * that covers parts of /proc (a new one could then not be mounted), and no `PrivateTmp`, which would hide the
 * socket of a surviving supervisor from the next control plane.
 */
import { PlatformError } from '../../domain/error.ts';

export interface UnitOptions {
  scope: 'system' | 'user';
  /** Absolute path of the program and its arguments, for instance `/usr/local/bin/roadbed up`. */
  command: string[];
  /** The folder that the service writes. */
  dataDir: string;
  /** Others beside it. */
  alsoWrites?: readonly string[];
  /** For a system unit: who it runs as; root gives every step and service a user of its own. */
  user?: string;
  environment?: Record<string, string>;
}

function refuse(what: string, value: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-1315', class: 'invalid', message: `${what} cannot stand in a systemd unit: ${JSON.stringify(value)}.`, next: 'Use a value without line breaks and control characters, and absolute paths.' });
}

/** Quotes one word for a unit file: see systemd.syntax(7) and the "Command lines" section of systemd.service(5). */
function quote(what: string, value: string): string {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw refuse(what, value);
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A path in a setting that is no command line: `$` stays as it is. */
function quotePath(value: string): string {
  if (!value.startsWith('/')) throw refuse('A path', value);
  return quote('A path', value).replaceAll('$$', '$');
}

/** The text of the unit. Throws ROADBED-1315 for values that a unit file cannot hold. */
export function systemdUnit(options: UnitOptions): string {
  const [program = ''] = options.command;
  if (!program.startsWith('/')) throw refuse('The program', program);
  const system = options.scope === 'system';
  const environment = Object.entries(options.environment ?? {}).map(([name, value]) => `Environment=${quote(`The variable ${name}`, `${name}=${value}`).replaceAll('$$', '$')}`);
  return [
    '[Unit]',
    'Description=Roadbed, an internal developer platform',
    ...(system ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    'StartLimitIntervalSec=300',
    'StartLimitBurst=10',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${options.command.map((word) => quote('The command', word)).join(' ')}`,
    ...(system && options.user !== undefined ? [`User=${quote('The user', options.user)}`] : []),
    ...environment,
    'Restart=always',
    'RestartSec=2',
    'KillMode=process',
    'KillSignal=SIGTERM',
    'TimeoutStopSec=30',
    'Delegate=yes',
    'DelegateSubgroup=supervisor',
    'UMask=0077',
    'LimitNOFILE=65536',
    'OOMPolicy=continue',
    ...(system
      ? [
          'ProtectSystem=strict',
          `ReadWritePaths=${[options.dataDir, ...(options.alsoWrites ?? [])].map(quotePath).join(' ')} /tmp /var/tmp`,
          'ProtectHome=read-only',
          'ProtectClock=yes',
          'ProtectHostname=yes',
          'ProtectKernelModules=yes',
          'LockPersonality=yes',
          'RestrictRealtime=yes',
          'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
          'SystemCallArchitectures=native',
        ]
      : ['LockPersonality=yes', 'RestrictRealtime=yes', 'SystemCallArchitectures=native']),
    '',
    '[Install]',
    `WantedBy=${system ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n');
}
