/**
 * CEL expressions of rules, compiled once and bounded.
 *
 * An expression sees nothing but functions that read the resource at hand and the estate around it.
 * CEL has no loops; what remains is bounded here: the size of an expression when it is compiled, at
 * most two comprehensions in it, and a number of steps for each evaluation, where each value that a
 * function hands out is a step. `matches` is refused, since a pattern may take for ever.
 */
import { Environment } from '@marcbachmann/cel-js';
import { asText, valuesAt } from './attribute-reading.ts';
import { attributesRead } from './attributes-read.ts';
import type { AttributesRead } from './attributes-read.ts';
import type { Estate, EstateResource } from './estate.ts';
import { readAttributes } from './estate-resource.ts';
import { looksNonProduction } from './environment-name.ts';
import type { RuleTables } from './rule.ts';

const MAX_STEPS = 20_000;
const COMPREHENSION = /\.(?:exists|exists_one|all|map|filter)\s*\(/g;

/** Thrown for an expression that is none, or does too much. */
export class RuleExpressionError extends Error {}

export interface CompiledExpression {
  /** Throws `RuleExpressionError` beyond the limit of steps. */
  evaluate(resource: EstateResource, estate: Estate): boolean;
  /** Undefined when it may read any. */
  readonly reads: AttributesRead | undefined;
}

export class ExpressionCompiler {
  readonly #environment: Environment;
  #resource!: EstateResource;
  #estate!: Estate;
  #steps = 0;

  constructor(tables: RuleTables) {
    const sets = new Map(Object.entries(tables).map(([name, values]) => [name, new Set(values)]));
    this.#environment = new Environment({ limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 } });
    this.#registerAttributes();
    this.#registerEstate();
    this.#environment.registerFunction('part(string, string, int): string', (text: string, separator: string, at: bigint) => text.split(separator).at(Number(at)) ?? '');
    this.#environment.registerFunction('listed(string, string): bool', (table: string, value: string) => {
      const set = sets.get(table);
      if (set === undefined) throw new RuleExpressionError(`no table ${table}`);
      return set.has(value);
    });
  }

  #registerAttributes(): void {
    const values = (path: string): ReturnType<typeof valuesAt> => this.#counted(valuesAt(readAttributes(this.#resource), path));
    this.#environment
      .registerFunction('name(): string', () => this.#resource.name)
      .registerFunction('type(): string', () => this.#resource.type)
      .registerFunction('text(string): string', (path: string) => asText(values(path)[0]))
      .registerFunction('texts(string): list<string>', (path: string) => values(path).map(asText))
      .registerFunction('number(string): double', (path: string) => Number(asText(values(path)[0]) || 0))
      .registerFunction('flag(string): bool', (path: string) => asText(values(path)[0]) === 'true')
      .registerFunction('known(string): bool', (path: string) => values(path).some((value) => value !== ''))
      .registerFunction('present(string): bool', (path: string) => Object.hasOwn(readAttributes(this.#resource), path))
      .registerFunction('nonProduction(): bool', () => looksNonProduction(this.#resource));
  }

  #registerEstate(): void {
    const mentions = (): ReturnType<Estate['mentions']> => this.#counted(this.#estate.mentions(this.#resource));
    const usedOutside = (resource: EstateResource, types: readonly string[]): boolean => this.#counted(this.#estate.mentions(resource)).some(({ holder }) => !types.includes(holder.type));
    this.#environment
      .registerFunction('used(): bool', () => mentions().length > 0)
      .registerFunction('usedBy(list<string>): bool', (types: string[]) => mentions().some(({ holder }) => types.includes(holder.type)))
      .registerFunction('usedOutside(list<string>): bool', (types: string[]) => usedOutside(this.#resource, types))
      .registerFunction('joined(string, string, string): bool', (type: string, path: string, value: string) => this.#estate.joined(type, path, value).length > 0)
      .registerFunction('joinedCount(string, string, string): int', (type: string, path: string, value: string) => BigInt(this.#counted(this.#estate.joined(type, path, value)).length))
      .registerFunction('followed(string, string, string, string): list<string>', (type: string, path: string, value: string, wanted: string) => this.#counted(this.#estate.joined(type, path, value)).flatMap((other) => this.#counted(valuesAt(readAttributes(other), wanted)).map(asText)))
      .registerFunction('usedThrough(string, string, string): bool', (type: string, path: string, value: string) => this.#counted(this.#estate.joined(type, path, value)).some((companion) => this.#estate.mentions(companion).length > 0))
      .registerFunction('usedThrough(string, string, string, list<string>): bool', (type: string, path: string, value: string, ignored: string[]) => this.#counted(this.#estate.joined(type, path, value)).some((companion) => usedOutside(companion, ignored)))
      .registerFunction('usedBeside(list<string>): bool', (ignored: string[]) => this.#counted(this.#estate.instancesBeside(this.#resource)).some((other) => usedOutside(other, ignored)))
      .registerFunction('given(string): bool', (type: string) => this.#estate.byType.has(type));
  }

  #counted<Value>(values: readonly Value[]): Value[] {
    this.#steps += 1 + values.length;
    if (this.#steps > MAX_STEPS) throw tooManySteps();
    return values as Value[];
  }

  /** Throws `RuleExpressionError` with CEL's own words. */
  compile(source: string): CompiledExpression {
    if ((source.match(COMPREHENSION) ?? []).length > 2) throw new RuleExpressionError('more than two comprehensions');
    if (/\.matches\s*\(|\bmatches\s*\(/.test(source)) throw new RuleExpressionError('matches is not to be used: compare texts, startsWith, endsWith or contains');
    const { run, reads } = this.#parse(source);
    return {
      reads,
      evaluate: (resource, estate) => {
        this.#resource = resource;
        this.#estate = estate;
        this.#steps = 0;
        const answer = run() === true;
        // CEL lets `true || error` pass, the limit does not.
        if (this.#steps > MAX_STEPS) throw tooManySteps();
        return answer;
      },
    };
  }

  #parse(source: string): { run: () => unknown; reads: AttributesRead | undefined } {
    try {
      const parsed = this.#environment.parse(source);
      const checked = parsed.check();
      if (!checked.valid) throw new RuleExpressionError(checked.error?.message ?? 'the types do not fit');
      if (checked.type !== 'bool') throw new RuleExpressionError(`gives ${String(checked.type)}, not bool`);
      return { run: () => parsed({}), reads: attributesRead(parsed.ast) };
    } catch (error) {
      throw error instanceof RuleExpressionError ? error : new RuleExpressionError(error instanceof Error ? error.message : String(error));
    }
  }
}

function tooManySteps(): RuleExpressionError {
  return new RuleExpressionError(`the expression takes more than ${MAX_STEPS} steps`);
}
