/** A price list of any of the forms, told by its content and not by its name. */
import { PlatformError } from '../../domain/error.ts';
import { awsCsvRows, awsOfferRows, isAwsCsv } from './aws-price-list.ts';
import { azureRetailRows, isAzureRetail } from './azure-retail.ts';
import { readCsv } from './csv.ts';
import { focusRows, isFocus } from './focus-prices.ts';
import { googleSkuRows, isGoogleSkus } from './google-skus.ts';
import type { PriceImport } from './imported-price.ts';
import { judgePrices } from './imported-price.ts';

export interface PriceList extends PriceImport {
  form: 'AWS price list' | 'Azure retail prices' | 'Google SKUs' | 'FOCUS';
}

/** Throws ROADBED-8304 for a file of no known form, and what the readers throw: -8301, -8305, -8306, -8307. */
export function readPriceList(text: string, file: string): PriceList {
  const start = /[^\s\ufeff]/.exec(text)?.[0];
  if (start === '{' || start === '[') {
    const document = parse(text, file);
    if (isAzureRetail(document)) return { form: 'Azure retail prices', ...judgePrices(azureRetailRows(document), file) };
    if (isGoogleSkus(document)) return { form: 'Google SKUs', ...judgePrices(googleSkuRows(document), file) };
    if (typeof document === 'object' && document !== null && 'products' in document && 'terms' in document) return { form: 'AWS price list', ...judgePrices(awsOfferRows(document), file) };
    return refuse(file, 'it is JSON, but no price list of AWS, Azure or Google');
  }
  const table = readCsv(text);
  if (isAwsCsv(table)) return { form: 'AWS price list', ...judgePrices(awsCsvRows(table, file), file) };
  if (isFocus(table)) return { form: 'FOCUS', ...judgePrices(focusRows(table, file), file) };
  return refuse(file, table.header.length < 2 ? 'it is neither JSON nor CSV' : `its columns are ${table.header.slice(0, 6).join(', ')}`);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch (error) {
    return refuse(file, error instanceof Error ? error.message : String(error));
  }
}

function refuse(file: string, why: string): never {
  throw new PlatformError({ code: 'ROADBED-8304', class: 'invalid', message: `${file} is no price list that can be read`, why, next: 'give an AWS price list (JSON or CSV), Azure retail prices or Google SKUs (JSON), or a FOCUS bill (CSV)' });
}
