/** The program of an import's thread: opens the database, reads the file into it, says what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { PlatformError } from '../../domain/error.ts';
import { PostgresBills } from '../postgres/bills/store.ts';
import { openDatabase } from '../postgres/connect.ts';
import { silentLog } from '../postgres/log.ts';
import type { ThreadAnswer, ThreadJob } from './import-thread.ts';
import { loadBillInto } from './load-bill.ts';

async function answer({ connection, received, request, options }: ThreadJob): Promise<ThreadAnswer> {
  try {
    const database = await openDatabase(connection, { log: silentLog, poolSize: 1 });
    try {
      return { outcome: await loadBillInto(new PostgresBills(database))(received, request, options) };
    } finally {
      await database.close();
    }
  } catch (error) {
    const { code, message, why, next, retry, detail, class: errorClass } = error instanceof PlatformError ? error : new PlatformError({ code: 'ROADBED-8738', class: 'failed', message: `the import of ${request.file} failed`, next: 'nothing was imported; the log has the cause', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return { problem: { code, class: errorClass, message, retry, ...(why === undefined ? {} : { why }), ...(next === undefined ? {} : { next }), ...(detail === undefined ? {} : { detail }) } };
  }
}

parentPort?.postMessage(await answer(workerData as ThreadJob));
