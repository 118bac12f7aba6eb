import { expect, test } from 'vitest';
import type { BillSubject } from '../../domain/bill.ts';
import type { RecordedResource, StateRecord } from '../../engines/state-record/record.ts';
import type { TerraformState } from '../../ports/terraform-states.ts';
import { openBillLookup } from './bill-lookup.ts';
import { packRecord } from './packed-record.ts';

const subject = {} as BillSubject;

function resource(address: string, attributes: RecordedResource['attributes'], mode: RecordedResource['mode'] = 'managed'): RecordedResource {
  return { address, resource: address, module: '', mode, type: 'aws_instance', name: 'x', provider: { localName: 'aws' }, attributes, references: [], dependencies: [] };
}

function state(number: number): TerraformState {
  return { id: 7, namespace: 'shop', repository: 'infra', root: 'prod', workspace: 'default', newest: { number } } as unknown as TerraformState;
}

test('ids of pushed states are found, with the team of the tags or else of the state, and again when a state changes', async () => {
  const records: StateRecord[] = [1, 2].map((number) => ({
    version: 1, format: 'version 4', outputs: [],
    resources: [resource('aws_instance.a', { id: `i-000${number}`, tags: { Team: 'Payments' } }), resource('aws_instance.b', { id: 'i-0009', tags: { team: { $hidden: 'ab' } }, password: { $hidden: 'cd' } }), resource('data.aws_instance.c', { id: 'i-0008' }, 'data')],
  }));
  let number = 1;
  let unpacked = 0;
  const states = { list: async () => [state(number)], document: async (_id: number, at: number) => ((unpacked += 1), packRecord(records[at - 1] as StateRecord)) };
  const lookup = openBillLookup(states, { allocation: async () => undefined });
  const first = await lookup();
  expect(first?.('arn:aws:ec2:eu-west-1:1:instance/i-0001', subject)).toEqual({ address: 'aws_instance.a', root: 'infra/prod', team: 'payments' });
  expect(first?.('i-0009', subject)).toMatchObject({ team: 'shop' });
  expect(first?.('i-0008', subject)).toBeUndefined();
  expect(await lookup()).toBe(first);
  number = 2;
  const second = await lookup();
  expect([second?.('i-0001', subject), second?.('i-0002', subject)?.address, unpacked]).toEqual([undefined, 'aws_instance.a', 2]);
});

test('without states nothing is looked up, so nothing is unmanaged', async () => {
  expect(await openBillLookup({ list: async () => [], document: async () => undefined }, { allocation: async () => undefined })()).toBeUndefined();
});
