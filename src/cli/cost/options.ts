/** What `roadbed cost` may be told. */
import { readFile } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { UsageProfile } from '../../engines/cost/usage.ts';
import type { CostFormat } from './formats.ts';
import { Usage, USAGE_PROFILES, usageFrom } from '../../engines/cost/usage.ts';

export interface CostFlags {
  format?: CostFormat;
  out?: string;
  compare?: string;
  usage?: string;
  by?: string;
  budget?: readonly string[];
  policy?: readonly string[];
  currency?: string;
  prices?: string;
  pricesAsOf?: string;
  freeAllowances?: boolean;
  exitCode?: boolean;
  nodes?: string;
  rates?: string;
  share?: string;
  only?: readonly string[];
  var?: readonly string[];
  varFile?: readonly string[];
  workspace?: string;
  state?: string;
  top?: string;
  providers?: string;
}

const LARGEST_USAGE_FILE = 1024 * 1024;

/** A profile by its name, otherwise a file. Throws ROADBED-8310 for a file that is none, -8314 for one that is not there. */
export async function readUsage(flag: string | undefined): Promise<Usage> {
  if (flag === undefined) return new Usage();
  if ((USAGE_PROFILES as readonly string[]).includes(flag)) return new Usage(flag as UsageProfile);
  const bytes = await readFile(flag).catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8314', class: 'not-found', message: `the usage file ${flag} cannot be read`, why: cause.code ?? cause.message, next: `give a file, or one of ${USAGE_PROFILES.join(', ')}` });
  });
  if (bytes.length > LARGEST_USAGE_FILE) throw new PlatformError({ code: 'ROADBED-8310', class: 'invalid', message: `${flag} is no usage file`, why: 'it is larger than 1 MB', next: 'docs/reference/cost-usage.md has the form' });
  return usageFrom(bytes.toString('utf8'), flag);
}
