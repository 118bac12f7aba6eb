/**
 * Reads all states that were given; one that cannot be read is told and the rest goes on.
 *
 * In two steps, since what is kept of a state depends on the rules, and those on the types of its resources:
 * all states are opened (several at a time), then their instances are parsed.
 */
import { PlatformError } from '../../domain/error.ts';
import { resourceFromInstance } from '../../engines/infrastructure/from-state.ts';
import { RecordedResource } from '../../engines/rules/recorded-resource.ts';
import type { RecordedPlace } from '../../engines/rules/recorded-resource.ts';
import type { EstateMember } from '../../engines/rules/estate.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { SensitiveAttribute } from '../../engines/infrastructure/model.ts';
import type { AttributeValue } from '../../engines/infrastructure/model.ts';
import { printAddress } from '../../formats/terraform/address.ts';
import { openState } from '../../formats/terraform/state.ts';
import type { OpenedState } from '../../formats/terraform/state.ts';
import type { StateFile, StateInstance, WantedAttributes } from '../../formats/terraform/state-file.ts';
import type { Session } from '../session.ts';
import { findStates } from './find-states.ts';
import type { StateFlags } from './options.ts';
import type { StatePlace } from './state-place.ts';
import { wholeBytes } from './state-text.ts';

const AT_A_TIME = 16;

export interface ReadStates {
  members: EstateMember[];
  unreadable: number;
  problems: string[];
  /** Of the first state: what wrote it, and its place in its history. */
  terraformVersion?: string;
  current?: { serial?: number; lineage?: string; terraformVersion?: string };
}

interface Opened {
  place: StatePlace;
  /** Why it could not be opened, otherwise. */
  state: OpenedState | PlatformError;
}

export interface OpenedStates {
  states: readonly Opened[];
  types: ReadonlySet<string>;
  problems: readonly string[];
}

interface Kept {
  place: StatePlace;
  state: StateFile;
  bytes: Uint8Array;
}

/** Throws what a single state is refused with. */
export async function openStates(session: Session, paths: readonly string[], flags: StateFlags): Promise<OpenedStates> {
  const found = await Promise.all((paths.length === 0 ? ['.'] : paths).map((path) => findStates(session, path, flags)));
  const places = found.flatMap((one) => one.places);
  for (const note of found.flatMap((one) => one.notes)) session.output.say(note);
  const states: Opened[] = [];
  let next = 0;
  const openSome = async (): Promise<void> => {
    for (let at = next++; at < places.length; at = next++) {
      const place = places[at]!;
      states[at] = { place, state: await opened(session, place, places.length === 1) };
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, openSome));
  return { states, types: new Set(states.flatMap(({ state }) => (state instanceof PlatformError ? [] : [...state.types]))), problems: found.flatMap((one) => one.problems) };
}

async function opened(session: Session, place: StatePlace, alone: boolean): Promise<OpenedState | PlatformError> {
  try {
    const bytes = place.open === undefined ? await session.platform.infrastructure.readBytes(place.path) : await wholeBytes(place.open(), place.path);
    return openState(bytes, place.path);
  } catch (error) {
    if (error instanceof PlatformError && !alone) return error;
    throw error;
  }
}

/** @param wanted Attributes to have at hand; those that are not are parsed when they are asked for. */
export function readStates({ states, problems: found }: OpenedStates, flags: StateFlags, catalogue: ProviderCatalogue, wanted: WantedAttributes): ReadStates {
  const problems = [...found];
  const kept: Kept[] = [];
  for (const { place, state } of states) {
    try {
      if (state instanceof PlatformError) throw state;
      kept.push({ place, state: state.read(wanted), bytes: state.bytes });
    } catch (error) {
      if (!(error instanceof PlatformError) || states.length === 1) throw error;
      problems.push(`${error.message}${error.why === undefined ? '' : `: ${error.why}`}`);
    }
  }
  const newest = withNamesOfTheirOwn(withoutOlderSerials(kept, problems), problems);
  return { members: newest.map((one) => memberOf(one, flags, catalogue, wanted, newest.length === 1)), unreadable: states.length - kept.length, problems, ...currentOf(newest[0]?.state) };
}

function currentOf(state: StateFile | undefined): Pick<ReadStates, 'terraformVersion' | 'current'> {
  if (state === undefined) return {};
  const { serial, lineage, terraformVersion } = state;
  const version = terraformVersion === undefined ? {} : { terraformVersion };
  return { ...version, current: { ...version, ...(serial === undefined ? {} : { serial }), ...(lineage === undefined ? {} : { lineage }) } };
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
      problems.push(leftOut(older, newer));
    }
  }
  return [...newest.values()];
}

function leftOut(older: Kept, newer: Kept): string {
  const [serial, newest] = [older.state.serial ?? 'unknown', newer.state.serial ?? 'unknown'];
  const edited = serial === newest && Buffer.compare(older.bytes, newer.bytes) !== 0;
  return `${older.place.path} is serial ${serial} of the same state as ${newer.place.path} (serial ${newest})${edited ? ' and says something else: one was edited by hand, or two wrote at once' : ''}: left out`;
}

/** Findings are known by root and workspace: where two states have one name, each is called by its path, and that is told. */
function withNamesOfTheirOwn(states: Kept[], problems: string[]): Kept[] {
  const byName = new Map<string, Kept[]>();
  for (const one of states) {
    const name = `${one.place.root} ${one.place.workspace}`;
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return states.map((one) => {
    const others = (byName.get(`${one.place.root} ${one.place.workspace}`) ?? []).filter((other) => other !== one);
    if (others.length === 0) return one;
    problems.push(`${one.place.path} has the name of ${others[0]?.place.path ?? ''} (${one.place.root}, workspace ${one.place.workspace}) and another lineage: called by its path; give the folder around both`);
    return { ...one, place: { ...one.place, root: one.place.path } };
  });
}

function memberOf({ place, state }: Kept, flags: StateFlags, catalogue: ProviderCatalogue, wanted: WantedAttributes, alone: boolean): EstateMember {
  const source = { path: place.path, root: alone && flags.root !== undefined ? flags.root : place.root, workspace: alone && flags.workspace !== undefined ? flags.workspace : place.workspace };
  const options = { sensitiveAttributes: (type: string): readonly string[] => catalogue.type(type).sensitive };
  const placed = placesOf(source, catalogue, wanted);
  return {
    source,
    model: {
      resources: state.instances.map((instance) => (instance.piece === undefined ? { ...resourceFromInstance(instance, options), dependencies: instance.dependencies } : new RecordedResource(instance, instance.piece, placed(instance)))),
      outputs: state.outputs.map((output) => ({ name: output.name, value: output.sensitive ? new SensitiveAttribute(output.value as AttributeValue) : (output.value as AttributeValue), references: [] })),
    },
  };
}

/** Instances of one resource stand one after the other, and share what is the same for all of them. */
function placesOf(source: EstateMember['source'], catalogue: ProviderCatalogue, wanted: WantedAttributes): (instance: StateInstance) => RecordedPlace {
  let last: { module: string; mode: string; type: string; name: string; place: RecordedPlace } | undefined;
  return ({ module, mode, type, name }) => {
    if (last?.name === name && last.type === type && last.module === module && last.mode === mode) return last.place;
    const place = { resource: printAddress({ module, mode, type, name }), source, sensitive: catalogue.type(type).sensitive, wanted: wanted === 'all' ? new Set<string>() : wanted(type) };
    last = { module, mode, type, name, place };
    return place;
  };
}
