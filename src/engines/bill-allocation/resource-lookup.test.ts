import { expect, test } from 'vitest';
import type { BillSubject } from '../../domain/bill.ts';
import { resourceLookup } from './resource-lookup.ts';

const subject = {} as BillSubject;
const lookup = resourceLookup([
  { address: 'aws_instance.web', root: 'shop', attributes: { id: 'i-0abc', arn: 'arn:aws:ec2:eu-west-1:1:instance/i-0abc', tags_all: { Team: ' Payments ' } } },
  { address: 'azurerm_linux_virtual_machine.vm', root: 'shop', attributes: { id: '/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/VM' } },
  { address: 'google_compute_instance.one', root: 'shop', attributes: { id: 'projects/p/zones/z/instances/one', self_link: 'https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/one' } },
  { address: 'aws_s3_bucket.a', root: 'one', attributes: { id: 'logs', arn: 'arn:aws:s3:::logs' } },
  { address: 'aws_sqs_queue.b', root: 'two', attributes: { id: 'https://sqs/logs', arn: 'arn:aws:sqs:eu-west-1:1:logs' } },
]);

test.each([
  ['arn:aws:ec2:eu-west-1:1:instance/i-0abc', 'aws_instance.web'],
  ['i-0ABC', 'aws_instance.web'],
  ['/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm', 'azurerm_linux_virtual_machine.vm'],
  ['//compute.googleapis.com/projects/p/zones/z/instances/one', 'google_compute_instance.one'],
  ['arn:aws:sqs:eu-west-1:1:logs', 'aws_sqs_queue.b'],
  ['logs', undefined],
  ['arn:aws:ec2:eu-west-1:1:instance/i-0xyz', undefined],
])('%s is %s', (id, address) => expect(lookup(id, subject)?.address).toBe(address));

test('the team is that of the tags in the state', () => {
  expect(lookup('i-0abc', subject)).toEqual({ address: 'aws_instance.web', root: 'shop', team: 'payments' });
});

test('a team that writes the id of another team\'s resource into its own state does not get its cost', () => {
  const attributes = { id: 'i-0abc', arn: 'arn:aws:ec2:eu-west-1:1:instance/i-0abc' };
  const both = resourceLookup([{ address: 'aws_instance.web', root: 'shop', team: 'payments', attributes }, { address: 'aws_instance.web', root: 'shop', team: 'mallory', attributes }]);
  expect([both('i-0abc', subject), both('arn:aws:ec2:eu-west-1:1:instance/i-0abc', subject)]).toEqual([undefined, undefined]);
});
