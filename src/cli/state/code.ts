/** The code beside a state: where each address is declared, and what it says with the state's own ids in it. */
import { PlatformError } from '../../domain/error.ts';
import type { FindingLocation } from '../../domain/finding.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { codeReader } from '../../engines/fix-patch/code.ts';
import type { ReadCode } from '../../engines/fix-patch/code.ts';
import type { InfrastructureModel, ResourceInstance } from '../../engines/infrastructure/model.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import type { EstateMember, EstateResource } from '../../engines/rules/estate.ts';
import type { ModuleTree } from '../../engines/terraform/module/module-node.ts';
import { variableSources } from '../docs/options.ts';
import { readInfrastructure } from '../infrastructure/read-infrastructure.ts';
import type { Session } from '../session.ts';

export interface GivenCode {
  model: InfrastructureModel;
  tree: ModuleTree;
  /** Text of `.terraform.lock.hcl` and of `.terraform/modules/modules.json`, where they are. */
  lock?: string;
  installed?: string;
  locate(resource: EstateResource): FindingLocation | undefined;
  /** Reads it again with some files changed. */
  read: ReadCode;
  /** Folder of this machine that paths of files start from. */
  top: string;
}

/** Throws ROADBED-8209 for several states, whose code cannot be one folder, and for what is no folder. */
export async function codeOf(session: Session, folder: string, catalogue: ProviderCatalogue, states: readonly EstateMember[]): Promise<GivenCode> {
  const [state] = states;
  if (state === undefined || states.length !== 1) throw new PlatformError({ code: 'ROADBED-8209', class: 'usage', message: '--code goes with one state', why: `${states.length} states were read`, next: 'give one state at a time with its code' });
  const input = await session.platform.infrastructure.open({ path: folder });
  if (input.kind !== 'folder') throw new PlatformError({ code: 'ROADBED-8209', class: 'usage', message: `${folder} is no folder of code`, next: 'give the folder of the root module' });
  const recorded = { resources: state.model.resources as readonly ResourceInstance[] };
  const { model, tree, reading } = await readInfrastructure(input, { path: folder, catalogue, recorded, workspace: state.source.workspace, variables: await variableSources({}, session.streams.environment) });
  if (tree === undefined || reading === undefined) throw new PlatformError({ code: 'ROADBED-8209', class: 'usage', message: `${folder} is no folder of code`, next: 'give the folder of the root module' });
  const places = new Map<string, FindingLocation>();
  for (const { address, resource, location } of model.resources) {
    if (location === undefined) continue;
    const place = { file: location.file, line: location.line, column: location.column, ...(location.endLine === undefined ? {} : { endLine: location.endLine }) };
    places.set(address, place);
    places.set(resource, place);
  }
  const lock = await fileIn(input.tree, input.folder, '.terraform.lock.hcl');
  const installed = await fileIn(input.tree, input.folder, '.terraform/modules/modules.json');
  return { model, tree, top: input.top, read: codeReader({ source: input.tree, folder: input.folder, ...reading }), ...(lock === undefined ? {} : { lock }), ...(installed === undefined ? {} : { installed }), locate: (resource) => places.get(resource.address) ?? places.get(resource.resource) };
}

async function fileIn(tree: SourceTree, folder: string, path: string): Promise<string | undefined> {
  const bytes = await tree.read(folder === '.' || folder === '' ? path : `${folder}/${path}`);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
