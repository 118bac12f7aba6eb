import { expect, test } from 'vitest';
import { usageFrom } from './usage.ts';

test('an address goes before a pattern, a pattern before a type, and no pattern takes for ever', () => {
  const usage = usageFrom(`resources:\n  aws_lambda_function.a: {monthly_requests: 1}\n  "aws_lambda_*": {monthly_requests: 2}\n  "${'*a'.repeat(12)}*b": {monthly_requests: 3}\ntypes:\n  aws_lambda_function: {monthly_requests: 4}\n`, 'usage.yaml');
  const of = (address: string): string | undefined => usage.of(address, 'aws_lambda_function').get('monthly_requests')?.value.toString();
  expect([of('aws_lambda_function.a'), of('aws_lambda_function.b'), of('module.m.aws_lambda_function.c')]).toEqual(['1', '2', '4']);
  expect(of(`module.m["${'a'.repeat(60)}"].aws_lambda_function.c`)).toBe('4');
});
