/** What an expression gives here, in the console's words. For tests only. */
import { parseHclExpression } from '../../../../formats/hcl/parse.ts';
import { firstUnknown } from '../../value/equality.ts';
import { evaluate } from '../evaluate.ts';
import { scopeOf } from '../scope.ts';
import { consoleText } from './console-text.ts';
import { FAILS } from './terraform-console.ts';

/** The text of `try({v=(expression)}, "FAILS")` inside of an object. */
export function answerOf(expression: string): string {
  const parsed = parseHclExpression(`try({v=(${expression})},"${FAILS}")`, 'console');
  if (parsed.problems.length > 0) return FAILS;
  const { value, problems } = evaluate(parsed.expression, scopeOf({}));
  return problems.length > 0 ? `PROBLEM: ${problems[0]?.detail ?? ''}` : firstUnknown(value) === undefined ? consoleText(value, 2) : '(known after apply)';
}

