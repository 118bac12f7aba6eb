/** Asks the real `terraform console` about freshly generated expressions and compares. */
import { expect, test } from 'vitest';
import { answerOf } from '../../src/engines/terraform/expression/testing/agree.ts';
import { generatedExpressions } from '../../src/engines/terraform/expression/testing/console-expressions.ts';
import { askConsole, hasTerraform } from '../../src/engines/terraform/expression/testing/terraform-console.ts';

const present = hasTerraform();
if (!present) console.log('terraform console: skipped, Terraform 1.11 is not on the PATH (https://releases.hashicorp.com/terraform/1.11.4)');

/** Unification of `list(any)` and `map(any)` with structures is laxer here: one or two in a thousand of these expressions. */
const LEAST_AGREEMENT = 0.998;

test.skipIf(!present)('fresh expressions have the value that the console gives', () => {
  const seed = Number(process.env['CONSOLE_SEED'] ?? '20261');
  const expressions = generatedExpressions(5000, seed);
  const answers = askConsole(expressions);
  const different = expressions.filter((expression) => answerOf(expression) !== answers.get(expression));
  console.log(`terraform console: ${expressions.length - different.length} of ${expressions.length} fresh expressions agree (seed ${seed})`);
  for (const expression of different.slice(0, 20)) console.log(`  ${expression}\n    console ${answers.get(expression) ?? ''}\n    here    ${answerOf(expression)}`);
  expect(1 - different.length / expressions.length).toBeGreaterThanOrEqual(LEAST_AGREEMENT);
});
