/**
 * The query language of metric checks: arithmetic over the edge's own aggregates.
 *
 *     canary.p99 / stable.p99
 *     100 * (canary.class5xx + canary.errors) / max(canary.requests, 1)
 *
 * Numbers, `+ - * /`, parentheses, `min(a, b, ...)`, `max(a, b, ...)` and names of the form
 * `canary.<aggregate>` or `stable.<aggregate>`; nothing else. It is parsed by hand because it comes
 * from repositories: bounded in length and depth, no loops, no names that reach anything. What cannot
 * be computed (a quantile of no requests, division by zero) is the absence of data and not an error:
 * the check's `noData` policy decides. docs/reference/queries.md lists the aggregates.
 */
const AGGREGATES = [
  'requests', 'errors', 'class1xx', 'class2xx', 'class3xx', 'class4xx', 'class5xx',
  'rate', 'successRate', 'errorRate', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999',
] as const;
export type AggregateName = (typeof AGGREGATES)[number];
export type Side = 'canary' | 'stable';

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'aggregate'; side: Side; name: AggregateName }
  | { kind: 'negate'; operand: Expression }
  | { kind: 'binary'; operator: '+' | '-' | '*' | '/'; left: Expression; right: Expression }
  | { kind: 'call'; function: 'min' | 'max'; arguments: Expression[] };

export type ParsedQuery = { ok: true; expression: Expression; sides: ReadonlySet<Side> } | { ok: false; column: number; message: string };

const LONGEST = 500;
const DEEPEST = 40;
const TOKEN = /[ \t\r\n]*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)|([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)?)|([-+*/(),]))/y;

interface Token {
  kind: 'number' | 'name' | 'sign' | 'end';
  text: string;
  /** 1-based. */
  column: number;
}

class QueryProblem extends Error {
  readonly column: number;
  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

/** Parses a query; `column` is 1-based and points at what is wrong. */
export function parseQuery(text: string): ParsedQuery {
  try {
    if (text.length > LONGEST) throw new QueryProblem(LONGEST + 1, `the query is longer than ${LONGEST} characters`);
    const reader = new Reader(tokens(text));
    const expression = reader.sum(0);
    reader.expectEnd();
    return { ok: true, expression, sides: reader.sides };
  } catch (problem) {
    if (problem instanceof QueryProblem) return { ok: false, column: problem.column, message: problem.message };
    throw problem;
  }
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let position = 0;
  while (text.slice(position).trim() !== '') {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) {
      const at = position + (/^\s*/.exec(text.slice(position))?.[0].length ?? 0);
      throw new QueryProblem(at + 1, `unexpected ${JSON.stringify(text[at])}`);
    }
    const word = match[1] ?? match[2] ?? match[3] ?? '';
    position = TOKEN.lastIndex;
    found.push({ kind: match[1] !== undefined ? 'number' : match[2] !== undefined ? 'name' : 'sign', text: word, column: position - word.length + 1 });
  }
  found.push({ kind: 'end', text: '', column: text.length + 1 });
  return found;
}

/** Recursive descent; every level of nesting is counted, so hostile text cannot exhaust the stack. */
class Reader {
  readonly sides = new Set<Side>();
  private readonly tokens: Token[];
  private position = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  sum(depth: number): Expression {
    let left = this.product(depth);
    for (let operator = this.take('+', '-'); operator !== undefined; operator = this.take('+', '-')) {
      left = { kind: 'binary', operator: operator as '+' | '-', left, right: this.product(depth) };
    }
    return left;
  }

  expectEnd(): void {
    const token = this.peek();
    if (token.kind !== 'end') throw new QueryProblem(token.column, `unexpected "${token.text}" after the end of the expression`);
  }

  private product(depth: number): Expression {
    let left = this.factor(depth);
    for (let operator = this.take('*', '/'); operator !== undefined; operator = this.take('*', '/')) {
      left = { kind: 'binary', operator: operator as '*' | '/', left, right: this.factor(depth) };
    }
    return left;
  }

  private factor(depth: number): Expression {
    const token = this.peek();
    if (depth > DEEPEST) throw new QueryProblem(token.column, `the query is nested deeper than ${DEEPEST} levels`);
    this.position += 1;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'name') return this.named(token, depth);
    if (token.text === '-') return { kind: 'negate', operand: this.factor(depth + 1) };
    if (token.text === '(') {
      const inner = this.sum(depth + 1);
      this.expect(')');
      return inner;
    }
    throw new QueryProblem(token.column, token.kind === 'end' ? 'the query ends where a value was expected' : `expected a value, found "${token.text}"`);
  }

  private named(token: Token, depth: number): Expression {
    if (token.text === 'min' || token.text === 'max') {
      this.expect('(');
      const values = [this.sum(depth + 1)];
      while (this.take(',') !== undefined) values.push(this.sum(depth + 1));
      this.expect(')');
      return { kind: 'call', function: token.text, arguments: values };
    }
    const [side, name] = token.text.split('.');
    if ((side !== 'canary' && side !== 'stable') || name === undefined) {
      throw new QueryProblem(token.column, `unknown name "${token.text}"; a name is canary.<aggregate> or stable.<aggregate>, a function min or max`);
    }
    const aggregate = AGGREGATES.find((known) => known === name);
    if (aggregate === undefined) throw new QueryProblem(token.column, `unknown aggregate "${name}"; known: ${AGGREGATES.join(', ')}`);
    this.sides.add(side);
    return { kind: 'aggregate', side, name: aggregate };
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: '', column: 1 };
  }

  private take(...texts: string[]): string | undefined {
    const token = this.peek();
    if (token.kind !== 'sign' || !texts.includes(token.text)) return undefined;
    this.position += 1;
    return token.text;
  }

  private expect(text: string): void {
    const token = this.peek();
    if (this.take(text) === undefined) throw new QueryProblem(token.column, `expected "${text}"${token.kind === 'end' ? ' before the end of the query' : `, found "${token.text}"`}`);
  }
}

/** The query's value; undefined where data is missing or the result is not finite. */
export function evaluateQuery(expression: Expression, value: (side: Side, name: AggregateName) => number | undefined): number | undefined {
  const result = evaluate(expression, value);
  return result !== undefined && Number.isFinite(result) ? result : undefined;
}

function evaluate(expression: Expression, value: (side: Side, name: AggregateName) => number | undefined): number | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'aggregate':
      return value(expression.side, expression.name);
    case 'negate': {
      const operand = evaluate(expression.operand, value);
      return operand === undefined ? undefined : -operand;
    }
    case 'call': {
      const values = expression.arguments.map((argument) => evaluate(argument, value));
      if (values.some((one) => one === undefined)) return undefined;
      return Math[expression.function](...(values as number[]));
    }
    case 'binary': {
      const left = evaluate(expression.left, value);
      const right = evaluate(expression.right, value);
      return left === undefined || right === undefined ? undefined : calculate(expression.operator, left, right);
    }
  }
}

function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number | undefined {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  return right === 0 ? undefined : left / right;
}
