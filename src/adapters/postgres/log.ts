/** The part of a pino logger that this adapter uses; messages are constant, facts go into the fields. */
export interface PostgresLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For programs that have nobody to read a log, such as a benchmark. */
export const silentLog: PostgresLog = { info: () => {}, warn: () => {}, error: () => {} };
