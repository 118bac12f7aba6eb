/**
 * One root at one commit: read, evaluated, drawn and described. Runs in the analysis thread only, since what a
 * repository holds decides how long it takes.
 *
 * The environment of the server never reaches an evaluation: no `TF_VAR_`, no home, no files but the commit's.
 */
import { commitTree } from '../../adapters/git/tree.ts';
import type { Drawing, RootContent, RootModules } from '../../api/contract/infrastructure-page.ts';
import { chooseDiagram } from '../../cli/docs/choose-diagram.ts';
import { modulePictures } from '../../cli/docs/module-pictures.ts';
import { printDocumentation } from '../../cli/docs/print-documentation.ts';
import { readInfrastructure, type ReadOptions } from '../../cli/infrastructure/read-infrastructure.ts';
import { PlatformError } from '../../domain/error.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { compareModels } from '../../engines/diagram/compare.ts';
import type { Diagram, DiagramSet } from '../../engines/diagram/diagram.ts';
import { shadowStyle } from '../../engines/diagram/drawing/html-style.ts';
import { drawInteractive } from '../../engines/diagram/drawing/interactive.ts';
import { checkLinkPattern, DEFAULT_LINK_PATTERN } from '../../engines/diagram/drawing/links.ts';
import { makeDiagrams } from '../../engines/diagram/make-diagrams.ts';
import type { InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { describeTree } from '../../engines/module-docs/describe-tree.ts';
import type { ModuleDocument } from '../../engines/module-docs/document.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import type { AnalysisJob, RootPlace } from './analysis-job.ts';

const LISTED_PROBLEMS = 200;
const LISTED_CHANGES = 500;

export interface AnalysedRoot {
  title: string;
  model: InfrastructureModel;
  before?: InfrastructureModel;
  diagrams: DiagramSet;
  modules: readonly ModuleDocument[];
  /** Milliseconds. */
  took: number;
}

/** Throws ROADBED-80nn for a folder without configuration and the like, ROADBED-8405 for a variables file that is not there. */
export async function analyseRoot(place: RootPlace, catalogue: ProviderCatalogue): Promise<AnalysedRoot> {
  const began = performance.now();
  const { model, tree } = await readAt(place.gitDir, place.commit, place.root, catalogue);
  const before = place.compared === undefined ? undefined : await earlierModel(place.gitDir, place.compared, place.root, catalogue);
  const diagrams = makeDiagrams(model, catalogue, { title: place.title, ...(before === undefined ? {} : { before }) });
  const modules = tree === undefined ? [] : describeTree(tree, model, place.title);
  return { title: place.title, model, ...(before === undefined ? {} : { before }), diagrams, modules, took: Math.round(performance.now() - began) };
}

/** @param recorded Of a state: fills in what only applying tells. */
export async function readAt(gitDir: string, commit: string, root: InfrastructureRoot, catalogue: ProviderCatalogue, recorded?: ReadOptions['recorded']): ReturnType<typeof readInfrastructure> {
  const tree = await commitTree(gitDir, commit);
  const files = await Promise.all(root.variableFiles.map(async (path) => ({ kind: 'file' as const, path, bytes: await variableFile(tree, path, commit) })));
  return await readInfrastructure(
    { kind: 'folder', tree, top: '/', folder: root.path, name: root.name },
    { path: root.path, catalogue, variables: { commandLine: files }, ...(root.workspace === undefined ? {} : { workspace: root.workspace }), ...(recorded === undefined ? {} : { recorded }) },
  );
}

/** A root that was not there yet has nothing before: all of it is new. */
async function earlierModel(gitDir: string, commit: string, root: InfrastructureRoot, catalogue: ProviderCatalogue): Promise<InfrastructureModel> {
  try {
    return (await readAt(gitDir, commit, root, catalogue)).model;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'ROADBED-8001') throw error;
    return { source: { kind: 'configuration', path: root.path }, modules: [], resources: [], providers: [], outputs: [], problems: [], coverage: { files: 0, unreadableFiles: 0, blocks: 0, resourceBlocks: 0, resourceBlocksUnderstood: 0, instances: 0, opaqueModules: 0, attributes: 0, unknownAttributes: 0, reasons: [] } };
  }
}

async function variableFile(tree: SourceTree, path: string, commit: string): Promise<Uint8Array> {
  const bytes = await tree.read(path);
  if (bytes !== undefined) return bytes;
  throw new PlatformError({ code: 'ROADBED-8405', class: 'not-found', message: `The variables file ${path} is not in commit ${commit.slice(0, 7)}.`, why: 'roadbed.yaml names it for this root.', next: 'correct variableFiles in roadbed.yaml, or add the file' });
}

export function contentOf(root: AnalysedRoot, place: RootPlace): RootContent {
  const { model } = root;
  const folders = [...new Set([place.root.path, ...model.modules.flatMap((module) => module.folder ?? [])])];
  const changes = changesOf(root);
  return {
    summary: { resources: model.resources.length, modules: model.modules.length - 1, outputs: model.outputs.length, providers: providersOf(model), coverage: { ...model.coverage, reasons: [...model.coverage.reasons] }, problems: model.problems.length, folders, took: root.took },
    problems: model.problems.slice(0, LISTED_PROBLEMS),
    diagrams: root.diagrams.diagrams.map(({ id, title, level, view, groups, nodes }) => ({ id, title, level, view, parts: groups.length + nodes.length })),
    ...(changes === undefined ? {} : { changes: changes.slice(0, LISTED_CHANGES) }),
    more: { problems: Math.max(0, model.problems.length - LISTED_PROBLEMS), changes: Math.max(0, (changes?.length ?? 0) - LISTED_CHANGES) },
  };
}

function changesOf({ model, before }: AnalysedRoot): RootContent['changes'] {
  if (before === undefined) return undefined;
  const { changes, model: both } = compareModels(before, model);
  const places = new Map(both.resources.map(({ address, location }) => [address, location === undefined ? undefined : `${location.file}:${location.line}`]));
  return [...changes].flatMap(([address, change]) => {
    const place = places.get(address);
    return change === 'unchanged' ? [] : [{ address, change, ...(place === undefined ? {} : { place }) }];
  });
}

/** Most used first. */
function providersOf(model: InfrastructureModel): string[] {
  const used = new Map<string, number>();
  for (const { provider } of model.resources) used.set(provider.localName, (used.get(provider.localName) ?? 0) + 1);
  return [...used].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)).map(([name]) => name);
}

export function modulesOf(root: AnalysedRoot): RootModules {
  return { modules: root.modules as unknown as RootModules['modules'] };
}

export function drawingOf(root: AnalysedRoot, id: string, link: string | undefined): Drawing {
  const { svg, data } = drawInteractive(diagramOf(root.diagrams, id), 0, checkLinkPattern(link ?? DEFAULT_LINK_PATTERN));
  const { element: _, ...drawing } = data;
  const parts = link === undefined ? drawing.parts.map(({ link: _none, ...part }) => part) : drawing.parts;
  return { ...drawing, parts, svg, style: shadowStyle() };
}

function diagramOf(set: DiagramSet, id: string | undefined): Diagram {
  return chooseDiagram(set, id === undefined ? {} : { diagram: id });
}

export async function fileOf(root: AnalysedRoot, job: Extract<AnalysisJob, { kind: 'file' }>, catalogue: ProviderCatalogue): Promise<Uint8Array> {
  const pictures = job.format === 'markdown' ? modulePictures(root.model, catalogue) : new Map();
  const text = await printDocumentation({ ...root, modulePictures: pictures }, job.format, {
    diagram: diagramOf(root.diagrams, job.diagram),
    linkPattern: job.link ?? DEFAULT_LINK_PATTERN,
    relative: (file) => file,
    drawPng: async () => new Uint8Array(),
  });
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
