/** Reads all states that were given, one after the other; one that cannot be read is told and the rest goes on. */
import { PlatformError } from '../../domain/error.ts';
import { resourceFromInstance } from '../../engines/infrastructure/from-state.ts';
import type { EstateMember } from '../../engines/rules/estate.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { SensitiveAttribute } from '../../engines/infrastructure/model.ts';
import type { AttributeValue } from '../../engines/infrastructure/model.ts';
import { readState } from '../../formats/terraform/state.ts';
import type { StateFile } from '../../formats/terraform/state-file.ts';
import type { Session } from '../session.ts';
import { findStates } from './find-states.ts';
import type { StateFlags } from './options.ts';
import type { StatePlace } from './state-place.ts';
import { textOfBytes } from './state-text.ts';

export interface ReadStates {
  members: EstateMember[];
  unreadable: number;
  problems: string[];
  /** Of the first state: what wrote it, and its place in its history. */
  terraformVersion?: string;
  current?: { serial?: number; lineage?: string; terraformVersion?: string };
}

interface Kept {
  place: StatePlace;
  state: StateFile;
}

export async function readStates(session: Session, paths: readonly string[], flags: StateFlags, catalogue: ProviderCatalogue): Promise<ReadStates> {
  const found = await Promise.all((paths.length === 0 ? ['.'] : paths).map((path) => findStates(session, path, flags)));
  const places = found.flatMap((one) => one.places);
  for (const note of found.flatMap((one) => one.notes)) session.output.say(note);
  const problems = found.flatMap((one) => one.problems);
  const kept: Kept[] = [];
  let unreadable = 0;
  for (const place of places) {
    try {
      const text = await textOf(session, place);
      kept.push({ place, state: readState(text, place.path) });
    } catch (error) {
      if (!(error instanceof PlatformError) || places.length === 1) throw error;
      unreadable += 1;
      problems.push(`${error.message}${error.why === undefined ? '' : `: ${error.why}`}`);
    }
  }
  const newest = withoutOlderSerials(kept, problems);
  return { members: newest.map((one) => memberOf(one, flags, catalogue, newest.length === 1)), unreadable, problems, ...currentOf(newest[0]?.state) };
}

function currentOf(state: StateFile | undefined): Pick<ReadStates, 'terraformVersion' | 'current'> {
  if (state === undefined) return {};
  const { serial, lineage, terraformVersion } = state;
  const version = terraformVersion === undefined ? {} : { terraformVersion };
  return { ...version, current: { ...version, ...(serial === undefined ? {} : { serial }), ...(lineage === undefined ? {} : { lineage }) } };
}

async function textOf(session: Session, place: StatePlace): Promise<string> {
  if (place.open !== undefined) return await textOfBytes(place.open(), place.path);
  const input = await session.platform.infrastructure.open({ path: place.path });
  if (input.kind === 'folder') throw new PlatformError({ code: 'ROADBED-8204', class: 'usage', message: `${place.path} is a folder`, next: 'give a state' });
  return input.text;
}

/** Two serials of one lineage in one workspace are one state twice: the older would make everything look used. */
function withoutOlderSerials(all: readonly Kept[], problems: string[]): Kept[] {
  const newest = new Map<string, Kept>();
  for (const one of all) {
    const key = one.state.lineage === undefined || one.state.lineage === '' ? `path ${one.place.path}` : `${one.state.lineage} ${one.place.workspace}`;
    const present = newest.get(key);
    if (present === undefined) newest.set(key, one);
    else {
      const [older, newer] = (present.state.serial ?? 0) >= (one.state.serial ?? 0) ? [one, present] : [present, one];
      newest.set(key, newer);
      problems.push(`${older.place.path} is serial ${older.state.serial ?? 'unknown'} of the same state as ${newer.place.path} (serial ${newer.state.serial ?? 'unknown'}): left out`);
    }
  }
  return [...newest.values()];
}

function memberOf({ place, state }: Kept, flags: StateFlags, catalogue: ProviderCatalogue, alone: boolean): EstateMember {
  const options = { sensitiveAttributes: (type: string): readonly string[] => catalogue.type(type).sensitive };
  return {
    source: { path: place.path, root: alone && flags.root !== undefined ? flags.root : place.root, workspace: alone && flags.workspace !== undefined ? flags.workspace : place.workspace },
    model: {
      resources: state.instances.map((instance) => ({ ...resourceFromInstance(instance, options), dependencies: instance.dependencies })),
      outputs: state.outputs.map((output) => ({ name: output.name, value: output.sensitive ? new SensitiveAttribute(output.value as AttributeValue) : (output.value as AttributeValue), references: [] })),
    },
  };
}
