/** Counts what of the code was understood, and why not the rest. */
import type { ModuleTree } from '../terraform/module/module-node.ts';
import { compareText } from '../terraform/value/type.ts';
import type { ModelCoverage } from './model.ts';

export class CoverageCount {
  readonly #tree: ModuleTree;
  readonly #reasons = new Map<string, { count: number; example: string }>();
  readonly #failed = new Set<object>();
  #opaque = 0;
  #attributes = 0;
  #unknown = 0;

  constructor(tree: ModuleTree) {
    this.#tree = tree;
  }

  /** Arguments of one instance. */
  attributes(count: number): void {
    this.#attributes += count;
  }

  unknown(reason: string, example: string): void {
    this.#unknown += 1;
    this.#reason(reason, example);
  }

  /** A resource block of which an argument could not be evaluated. */
  failed(declaration: object): void {
    this.#failed.add(declaration);
  }

  opaque(address: string, reason: string): void {
    this.#opaque += 1;
    this.#reason(`module not read: ${reason}`, address);
  }

  result(instances: number): ModelCoverage {
    const configurations = [...this.#tree.configurations.values()];
    const unreadable = configurations.reduce((sum, one) => sum + one.unreadable.length, 0);
    const files = configurations.reduce((sum, one) => sum + one.files.length, 0) + unreadable;
    const blocks = configurations.reduce((sum, one) => sum + one.blocks, 0);
    const resourceBlocks = configurations.reduce((sum, one) => sum + one.resourceBlocks, 0);
    return {
      files,
      unreadableFiles: unreadable,
      blocks,
      resourceBlocks,
      resourceBlocksUnderstood: configurations.reduce((sum, one) => sum + one.resources.size, 0) - this.#failed.size,
      instances,
      opaqueModules: this.#opaque,
      attributes: this.#attributes,
      unknownAttributes: this.#unknown,
      reasons: [...this.#reasons].map(([reason, { count, example }]) => ({ reason, count, example })).sort((a, b) => b.count - a.count || compareText(a.reason, b.reason)),
    };
  }

  #reason(reason: string, example: string): void {
    const known = this.#reasons.get(reason);
    if (known === undefined) this.#reasons.set(reason, { count: 1, example });
    else known.count += 1;
  }
}
