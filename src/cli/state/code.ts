/** The code beside a state: where each address is declared. */
import { PlatformError } from '../../domain/error.ts';
import type { FindingLocation } from '../../domain/finding.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import type { EstateResource } from '../../engines/rules/estate.ts';
import { variableSources } from '../docs/options.ts';
import { readInfrastructure } from '../infrastructure/read-infrastructure.ts';
import type { Session } from '../session.ts';

export interface GivenCode {
  locate(resource: EstateResource): FindingLocation | undefined;
}

/** Throws ROADBED-8209 for several states, whose code cannot be one folder, and for what is no folder. */
export async function codeOf(session: Session, folder: string, catalogue: ProviderCatalogue, states: number): Promise<GivenCode> {
  if (states !== 1) throw new PlatformError({ code: 'ROADBED-8209', class: 'usage', message: '--code goes with one state', why: `${states} states were read`, next: 'give one state at a time with its code' });
  const input = await session.platform.infrastructure.open({ path: folder });
  if (input.kind !== 'folder') throw new PlatformError({ code: 'ROADBED-8209', class: 'usage', message: `${folder} is no folder of code`, next: 'give the folder of the root module' });
  const { model } = await readInfrastructure(input, { path: folder, catalogue, variables: await variableSources({}, session.streams.environment) });
  const places = new Map<string, FindingLocation>();
  for (const { address, resource, location } of model.resources) {
    if (location === undefined) continue;
    const place = { file: location.file, line: location.line, column: location.column, ...(location.endLine === undefined ? {} : { endLine: location.endLine }) };
    places.set(address, place);
    places.set(resource, place);
  }
  return { locate: (resource) => places.get(resource.address) ?? places.get(resource.resource) };
}
