/** What every command is given: options, output, the connection (made when first asked for), and the clock. */
import type { Command } from 'commander';
import { Output, type OutputOptions, type Streams } from './output.ts';
import { connect, type Connection } from './connection.ts';
import { resolveContext } from './context.ts';
import type { LocalPlatform } from './local-platform.ts';

export interface GlobalOptions extends OutputOptions {
  context?: string;
  namespace?: string;
  dataDir?: string;
  dryRun?: boolean;
  yes?: boolean;
  input?: boolean;
  timeout?: string;
}

export interface Session {
  output: Output;
  options: GlobalOptions;
  streams: Streams;
  platform: LocalPlatform;
  now(): number;
  connection(): Connection;
}

/** Reads the options of the command and of all its parents. */
export function sessionOf(command: Command, streams: Streams, platform: LocalPlatform): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  let connection: Connection | undefined;
  return {
    output: new Output(options, streams),
    options,
    streams,
    platform,
    now: () => Date.now(),
    connection() {
      connection ??= connect(resolveContext({ ...(options.context === undefined ? {} : { context: options.context }), ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }) }, streams.environment));
      return connection;
    },
  };
}

/** Wraps what a command does: it gets its session and answers nothing (0) or an exit code. */
export type Act = <Arguments extends unknown[]>(run: (session: Session, ...args: Arguments) => Promise<number | void>) => (...args: unknown[]) => Promise<void>;

export interface CommandGroup {
  (program: Command, act: Act): void;
}
