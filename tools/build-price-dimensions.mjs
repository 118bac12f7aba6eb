/**
 * Writes what decides the price of each type into `providers/*.json`: node tools/build-price-dimensions.mjs
 *
 * The rules of the cost engine are the source; a test compares the files with them. Only the field `price`
 * of lines whose type has a rule is written; everything else of a line stays as it is.
 */
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dimensionsOf } from '../src/engines/cost/estimate.ts';
import { PriceBook } from '../src/engines/price-book/price-book.ts';

const root = join(import.meta.dirname, '..');
const book = new PriceBook({ read: (name) => readFileSync(join(root, 'prices', name)) });
for (const name of readdirSync(join(root, 'providers'))) {
  const path = join(root, 'providers', name);
  const before = readFileSync(path, 'utf8');
  let types = 0;
  const lines = before.split('\n').map((line) => {
    const found = /^("(?:aws|azurerm|google)_[a-z0-9_]+"): (\{.*\})(,?)$/.exec(line);
    const type = found === null ? undefined : JSON.parse(found[1]);
    const dimensions = type === undefined ? undefined : dimensionsOf(type, book);
    if (found === null || dimensions === undefined) return line;
    const { price: _, ...entry } = JSON.parse(found[2]);
    types += 1;
    return `${found[1]}: ${JSON.stringify(dimensions.length === 0 ? entry : { ...entry, price: dimensions })}${found[3]}`;
  });
  const after = lines.join('\n');
  if (after !== before) writeFileSync(path, after);
  if (types > 0) console.log(`${name}: ${types} types`);
}
