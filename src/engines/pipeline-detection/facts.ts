/**
 * Looks at a source tree for a detector's conditions. Reads each file once; a file that is no JSON has no values.
 */
import type { SourceTree } from '../../domain/source-tree.ts';
import type { Condition } from './detector.ts';

export class Facts {
  readonly #tree: SourceTree;
  readonly #files: ReadonlySet<string>;
  readonly #json = new Map<string, unknown>();

  private constructor(tree: SourceTree, files: ReadonlySet<string>) {
    this.#tree = tree;
    this.#files = files;
  }

  static async of(tree: SourceTree): Promise<Facts> {
    return new Facts(tree, new Set(await tree.list()));
  }

  hasFile(path: string): boolean {
    return this.#files.has(path);
  }

  /** The value at a dotted path of a JSON file (`\.` is a dot in a name); undefined when there is none. */
  async value(file: string, at: string): Promise<unknown> {
    let value = await this.#parsed(file);
    for (const part of at.split(/(?<!\\)\./)) {
      const name = part.replaceAll('\\.', '.');
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  }

  async holds(condition: Condition): Promise<boolean> {
    if ('file' in condition) return this.hasFile(condition.file);
    if ('not' in condition) return !(await this.holds(condition.not));
    if ('json' in condition) {
      const value = await this.value(condition.json, condition.at);
      if (condition.matches !== undefined) return typeof value === 'string' && new RegExp(condition.matches).test(value.slice(0, 2000));
      return isSomething(value);
    }
    const parts = 'all' in condition ? condition.all : condition.any;
    const wanted = 'any' in condition;
    for (const part of parts) if ((await this.holds(part)) === wanted) return wanted;
    return !wanted;
  }

  async #parsed(file: string): Promise<unknown> {
    if (this.#json.has(file)) return this.#json.get(file);
    const bytes = this.hasFile(file) ? await this.#tree.read(file) : undefined;
    let value: unknown;
    try {
      value = bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes).replace(/^\ufeff/, ''));
    } catch {
      value = undefined;
    }
    this.#json.set(file, value);
    return value;
  }
}

function isSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
