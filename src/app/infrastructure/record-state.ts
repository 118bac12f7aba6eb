/** A pushed state, in memory only: read, its secrets taken out, what may be kept of it packed. Runs in the analysis thread. */
import { PlatformError } from '../../domain/error.ts';
import { RECORD_VERSION, recordOf } from '../../engines/state-record/record.ts';
import { readState } from '../../formats/terraform/state.ts';
import type { RecordedPush } from './pushed-record.ts';
import { packRecord } from './packed-record.ts';
import { gateOf, type StateWorld } from './state-world.ts';

const LINEAGE = /^[\w.-]{1,100}$/;

/** Throws ROADBED-805n for what is no state, ROADBED-8511 for one without serial and lineage. */
export function recordState(raw: Uint8Array, key: Uint8Array, world: StateWorld): RecordedPush {
  const gate = gateOf(world, key);
  const state = readState(textOf(raw), 'the pushed state');
  const { serial, lineage, terraformVersion } = state;
  if (serial === undefined || lineage === undefined || !LINEAGE.test(lineage) || !Number.isSafeInteger(serial) || serial < 0) {
    throw new PlatformError({ code: 'ROADBED-8511', class: 'invalid', message: 'The state has no serial and lineage.', why: state.format === 'show -json' ? '`terraform show -json` leaves them out' : 'they are missing, or not of the form that Terraform gives them', next: 'terraform state pull > state.json; roadbed state push state.json --root NAME' });
  }
  const record = recordOf(state, gate, (type) => world.catalogue.type(type).sensitive);
  return {
    serial,
    lineage,
    ...(terraformVersion === undefined ? {} : { terraformVersion: gate.text(terraformVersion.slice(0, 40)) }),
    resources: record.resources.filter((resource) => resource.mode === 'managed').length,
    content: Buffer.from(gate.contentHash(raw)).toString('hex'),
    document: packRecord(record),
    documentVersion: RECORD_VERSION,
  };
}

/** Throws ROADBED-8512. */
export function textOf(raw: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw new PlatformError({ code: 'ROADBED-8512', class: 'invalid', message: 'What was pushed is not text in UTF-8.', next: 'terraform state pull writes it so; PowerShell does with `| Out-File -Encoding utf8`' });
  }
}
