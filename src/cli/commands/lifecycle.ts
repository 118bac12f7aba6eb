/** up, down, service install, doctor, backup, restore, open: the platform on this machine. */
import type { Command } from 'commander';
import { PlatformError } from '../../domain/error.ts';
import { defaultDataDir } from '../context.ts';
import type { CommandGroup, Session } from '../session.ts';
import { confirmByName } from '../confirm.ts';
import { rolloutsOf } from '../resources.ts';

function dataDirOf(session: Session): string {
  return session.options.dataDir ?? defaultDataDir(session.streams.environment);
}

function portOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new PlatformError({ code: 'ROADBED-6020', class: 'usage', message: `"${text}" is not a port`, next: 'give a number from 0 (any free port) to 65535' });
}

/** The option outranks `ROADBED_PUBLIC_URL`, which holds one address or several with commas. */
function publicUrlsOf(session: Session, given: readonly string[] | undefined): readonly string[] {
  return given ?? (session.streams.environment['ROADBED_PUBLIC_URL'] ?? '').split(',').map((url) => url.trim()).filter((url) => url !== '');
}

const collect = (value: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), value];

interface UpFlags {
  empty?: boolean;
  port?: string;
  host?: string;
  publicUrl?: string[];
  open?: boolean;
}

async function up(session: Session, flags: UpFlags): Promise<number> {
  return session.platform.up({
    empty: flags.empty === true,
    port: portOption(flags.port),
    host: flags.host,
    publicUrls: publicUrlsOf(session, flags.publicUrl),
    dataDir: dataDirOf(session),
    json: session.output.json,
    open: flags.open === true,
  });
}

/** What goes on a database server elsewhere, told before anything is asked or done. */
async function tellPurgeElsewhere(session: Session, dataDir: string): Promise<string> {
  const elsewhere = await session.platform.planPurge({ dataDir });
  if (elsewhere === undefined) return '';
  const lines = [...elsewhere.databases.map((name) => `database and role ${name}`), ...(elsewhere.schema ? ['schema roadbed (all objects, events and secrets of the platform)'] : [])];
  session.output.say(lines.length === 0 ? `in ${elsewhere.place} nothing is left to remove` : `to be removed in ${elsewhere.place}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  return lines.length === 0 ? '' : ` It also removes what is listed above from ${elsewhere.place}.`;
}

async function down(session: Session, flags: { purge?: boolean; keepDatabase?: boolean }): Promise<number> {
  const dataDir = dataDirOf(session);
  if (flags.purge === true) {
    const elsewhere = flags.keepDatabase === true ? '' : await tellPurgeElsewhere(session, dataDir);
    await confirmByName(session, `This removes every service, database, repository and secret below ${dataDir}.${elsewhere}`, 'purge');
  }
  if (session.options.dryRun === true) {
    session.output.say(`would stop everything that runs below ${dataDir}${flags.purge === true ? ' and remove it' : ''}`);
    return 0;
  }
  const { stopped, left } = await session.platform.down({ dataDir, purge: flags.purge === true, keepDatabase: flags.keepDatabase === true });
  if (session.output.json) session.output.document({ stopped, left, purged: flags.purge === true });
  else {
    session.output.line(stopped.length === 0 ? 'nothing was running' : `stopped: ${stopped.join(', ')}`);
    if (flags.purge === true) session.output.line(left.length === 0 ? `nothing is left of ${dataDir}: no process, port, file or database` : `still there: ${left.join(', ')}`);
  }
  return left.length === 0 ? 0 : 8;
}

async function doctor(session: Session): Promise<number> {
  const checks = await session.platform.doctor({ dataDir: dataDirOf(session) });
  session.output.table(checks, [
    { title: 'State', value: (check) => check.state, style: (check) => (check.state === 'ok' ? 'green' : check.state === 'warning' ? 'yellow' : 'red') },
    { title: 'Check', value: (check) => check.name },
    { title: 'Fact', value: (check) => check.fact },
    { title: 'Fix', value: (check) => check.fix ?? '' },
  ]);
  return checks.some((check) => check.state === 'problem') ? 1 : 0;
}

async function serviceInstall(session: Session, flags: { system?: boolean; print?: boolean; publicUrl?: string[] }): Promise<void> {
  const { path, text, folders } = session.platform.systemdUnit({ dataDir: dataDirOf(session), user: flags.system !== true, publicUrls: publicUrlsOf(session, flags.publicUrl) });
  if (flags.print === true || session.options.dryRun === true) {
    session.output.line(text.trimEnd());
    return;
  }
  const { writeUnit } = await import('../systemd-unit.ts');
  await writeUnit(path, text, folders);
  if (session.output.json) session.output.document({ path });
  else session.output.line(`wrote ${path}`);
  session.output.say(`next: systemctl ${flags.system === true ? '' : '--user '}daemon-reload && systemctl ${flags.system === true ? '' : '--user '}enable --now roadbed`);
}

/** A fresh one-time link, for whoever this command is signed in as. */
async function loginLink(session: Session): Promise<string> {
  const connection = session.connection();
  const { code, url } = await connection.call<{ code: string; url?: string }>('POST', '/roadbed/v1/login-links');
  const { consoleUrl } = connection.context;
  if (url !== undefined) return url;
  if (consoleUrl !== undefined) return `${consoleUrl}/login?code=${encodeURIComponent(code)}`;
  throw new PlatformError({ code: 'ROADBED-6021', class: 'not-found', message: 'nobody knows the address of this console', next: 'roadbed status' });
}

async function addressOf(session: Session, service: string, environment: string): Promise<string> {
  const rollouts = await rolloutsOf(session.connection(), service, session.options.namespace);
  const url = rollouts.find((rollout) => rollout.spec.environment === environment)?.status?.url;
  if (url === undefined) throw new PlatformError({ code: 'ROADBED-6021', class: 'not-found', message: `${service} has no address in ${environment}`, next: 'roadbed status' });
  return url;
}

async function open(session: Session, service: string | undefined, flags: { environment: string }): Promise<void> {
  const url = service === undefined ? await loginLink(session) : await addressOf(session, service, flags.environment);
  if (session.output.json) return session.output.document({ url });
  session.output.line(url);
  if (service === undefined) session.output.say('it signs in once, within ten minutes');
  if (session.output.person && session.options.input !== false) await session.platform.openInBrowser(url);
}

export const lifecycleCommands: CommandGroup = (program, act) => {
  program
    .command('up')
    .description('start Roadbed in the foreground; Ctrl-C stops everything')
    .option('--empty', 'without the demo fleet')
    .option('--port <port>', 'port of the console; 0 makes every listener ephemeral')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--public-url <url>', 'how people reach console, Git and webhooks through a TLS proxy; may be repeated', collect)
    .option('--open', 'open the console in a browser when ready')
    .action(act(up));
  program.command('down').description('stop everything below the data directory, also after a crash').option('--purge', 'and remove all of it, with what was made in the database of DATABASE_URL').option('--keep-database', 'with --purge: leave the database of DATABASE_URL as it is').action(act(down));
  program.command('doctor').description('facts of this machine and how to fix what is amiss').action(act(doctor));
  program.command('open').argument('[service]').description('open the console by a fresh one-time link, or a service in an environment').option('-e, --environment <name>', 'environment', 'prod').action(act(open));
  const service: Command = program.command('service').description('Roadbed as a service of this machine');
  service.command('install').description('write a systemd unit').option('--system', 'for the machine rather than for this user').option('--print', 'print it instead').option('--public-url <url>', 'how people reach the console through a TLS proxy; may be repeated', collect).action(act(serviceInstall));
  program
    .command('backup')
    .argument('<file>')
    .description('write database, repositories, artifacts, volumes and keys into one archive (0600)')
    .action(
      act(async (session: Session, file: string) => {
        const { bytes, parts, notCovered } = await session.platform.backup({ dataDir: dataDirOf(session), file, onScope: (line) => session.output.say(line) });
        if (session.output.json) return session.output.document({ file, bytes, parts, notCovered });
        session.output.line(`${file}: ${(bytes / 1e6).toFixed(1)} MB (${parts.join(', ')})`);
        session.output.say('keep it safe: it holds the master key');
      }),
    );
  program
    .command('restore')
    .argument('<file>')
    .description('restore a backup into an empty data directory')
    .action(
      act(async (session: Session, file: string) => {
        const { parts, notCovered } = await session.platform.restore({ dataDir: dataDirOf(session), file });
        if (session.output.json) return session.output.document({ file, parts, notCovered });
        session.output.line(`restored ${parts.join(', ')} into ${dataDirOf(session)}`);
        for (const one of notCovered) session.output.say(`restore yourself, before the next start: ${one}`);
        session.output.say(notCovered.length === 0 ? 'next: roadbed up' : 'next: DATABASE_URL=... roadbed up');
      }),
    );
};
