/** Small models and the shipped price book, for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue, InfrastructureModel, ModelReference, ResourceInstance } from '../../infrastructure/model.ts';
import { PriceBook } from '../../price-book/price-book.ts';
import type { PriceFiles } from '../../price-book/price.ts';

export const PRICES_FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'prices');

export const shipped: PriceFiles = {
  read: (name) => {
    const path = join(PRICES_FOLDER, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  },
};

/** One for all tests of a file: unpacking costs more than a test. */
export const shippedBook = new PriceBook(shipped);

type Attributes = { readonly [name: string]: AttributeValue };

/** @param address `module.a.aws_instance.web[0]`: type and name are its last two words. */
export function resource(address: string, attributes: Attributes = {}, more: { references?: readonly ModelReference[]; change?: ResourceInstance['change']; instancesUnknown?: string; alias?: string } = {}): ResourceInstance {
  const [, module = '', type = '', name = ''] = /^(?:(.*)\.)?([a-z0-9_]+)\.([^.[]+)(?:\[.*\])?$/.exec(address) ?? [];
  const { alias, change, ...rest } = more;
  return { address, resource: address.replace(/\[[^\]]*\]$/, ''), module, mode: 'managed', type, name, provider: { localName: type.split('_', 1)[0] ?? '', ...(alias === undefined ? {} : { alias }) }, attributes, references: [], ...(change === undefined ? {} : { change }), ...rest };
}

export function modelOf(resources: readonly ResourceInstance[], region = 'us-east-1'): InfrastructureModel {
  return {
    source: { kind: 'configuration', path: 'test' },
    modules: [],
    resources,
    providers: [{ module: '', localName: 'aws', attributes: { region } }, { module: '', localName: 'google', attributes: { region: 'us-central1' } }],
    outputs: [],
    problems: [],
    coverage: { files: 1, unreadableFiles: 0, blocks: 0, resourceBlocks: 0, resourceBlocksUnderstood: 0, instances: resources.length, opaqueModules: 0, attributes: 0, unknownAttributes: 0, reasons: [] },
  };
}

export function leadsTo(attribute: string, target: string): ModelReference {
  return { attribute, target, targetAttribute: 'id', via: 'expression' };
}
