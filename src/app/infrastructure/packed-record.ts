/** What is kept of a state, as bytes; apart from the analyses, since the control plane unpacks records and loads no analysis. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StateRecord } from '../../engines/state-record/record.ts';

/** Unpacked; a record is smaller than the state that it was made of. */
const LARGEST_RECORD = 1024 * 1024 * 1024;

export function packRecord(record: StateRecord): Uint8Array {
  return gzipSync(JSON.stringify(record), { level: 6 });
}

export function unpackRecord(document: Uint8Array): StateRecord {
  return JSON.parse(gunzipSync(document, { maxOutputLength: LARGEST_RECORD }).toString('utf8')) as StateRecord;
}
