/**
 * One stage of `bench/terraform.ts` in a process of its own: prints one JSON line with its figures.
 *
 * `node stage.ts parse FOLDER | index FOLDER | describe FOLDER | root FOLDER TOP | graph COUNT`
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { directoryTree } from '../../src/adapters/source-tree/directory-tree.ts';
import { loadProviderCatalogue } from '../../src/app/provider-catalogue.ts';
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode } from '../../src/engines/diagram/diagram.ts';
import { drawMermaid } from '../../src/engines/diagram/drawing/mermaid.ts';
import { drawSvg } from '../../src/engines/diagram/drawing/svg.ts';
import { makeDiagrams } from '../../src/engines/diagram/make-diagrams.ts';
import { modelFromConfiguration } from '../../src/engines/infrastructure/from-configuration.ts';
import { describeModule } from '../../src/engines/module-docs/describe-module.ts';
import { describeTree } from '../../src/engines/module-docs/describe-tree.ts';
import { printMarkdown } from '../../src/engines/module-docs/markdown.ts';
import { readModule } from '../../src/engines/terraform/configuration/read-module.ts';
import { configurationFiles } from '../../src/engines/terraform/configuration/folder-files.ts';
import { loadModuleTree } from '../../src/engines/terraform/module/load-module-tree.ts';
import { parseHcl } from '../../src/formats/hcl/parse.ts';

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function terraformFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tf'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function parse(folder: string): Record<string, unknown> {
  const texts = terraformFiles(folder).map((path) => readFileSync(path, 'utf8'));
  const before = cpuSeconds();
  let problems = 0;
  for (const [index, text] of texts.entries()) problems += parseHcl(text, `${index}.tf`).problems.length > 0 ? 1 : 0;
  const seconds = cpuSeconds() - before;
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { files: texts.length, bytes, rejected: problems, parseCpuSeconds: round(seconds), megabytesPerSecond: round(bytes / 1e6 / seconds) };
}

/** Every folder read into its declarations: what an index over a repository needs. */
async function index(folder: string): Promise<Record<string, unknown>> {
  const tree = await directoryTree(folder);
  const byFolder = Map.groupBy((await tree.list()).filter((path) => /\.(tf|tofu)(\.json)?$/.test(path)), (path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'));
  let blocks = 0;
  for (const [name, paths] of byFolder) {
    const contents = new Map(await Promise.all(paths.map(async (path) => [path, (await tree.read(path)) ?? 'it is not there'] as const)));
    blocks += readModule(name, configurationFiles(paths, 'auto'), contents).blocks;
  }
  return { folders: byFolder.size, blocks };
}

/** What `roadbed docs` does for a root: load, evaluate, document, draw. */
async function root(folder: string, top: string): Promise<Record<string, unknown>> {
  const source = await directoryTree(top);
  const tree = await loadModuleTree(source, relative(top, folder) || '.');
  const model = await modelFromConfiguration(source, tree, { path: folder });
  const documents = describeTree(tree, model, 'root');
  const text = documents.map((document) => printMarkdown(document, { headingLevel: 2, withTitle: true, relative: (file) => file })).join('\n');
  const { diagrams } = makeDiagrams(model, loadProviderCatalogue('all').catalogue);
  const picture = diagrams[0] === undefined ? '' : drawMermaid(diagrams[0]);
  return { modules: documents.length, instances: model.resources.length, kilobytes: round((text.length + picture.length) / 1000) };
}

/** What terraform-docs does: the tables of one folder, nothing evaluated, nothing followed. */
async function describe(folder: string): Promise<Record<string, unknown>> {
  const paths = readdirSync(folder).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name));
  const contents = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
  const document = describeModule(readModule('.', configurationFiles(paths, 'auto'), contents), { title: 'root', children: new Map() });
  return { kilobytes: round(printMarkdown({ ...document, calls: [] }, { headingLevel: 2, withTitle: true, relative: (file) => file }).length / 1000) };
}

/** One picture, not split: a network of subnets, services in them, each with a line to a database. */
function picture(count: number): Diagram {
  const subnets = Math.max(3, Math.round(count / 25));
  const part = { sublabel: 'generated', provider: 'aws', badges: [], addresses: [], details: [] };
  const groups: DiagramGroup[] = [{ ...part, id: 'network', label: 'network', glyph: 'network', kind: 'network' }];
  for (let at = 0; at < subnets; at += 1) groups.push({ ...part, id: `subnet${at}`, label: `subnet ${at}`, glyph: 'subnet', kind: 'subnet', parent: 'network' });
  const nodes: DiagramNode[] = [];
  const edges: DiagramEdge[] = [];
  for (let at = 0; at < count; at += 1) {
    const database = at % 5 === 4;
    nodes.push({ ...part, id: `node${at}`, label: `part ${at}`, glyph: database ? 'database' : 'compute', parent: `subnet${at % subnets}`, stacked: false, tier: database ? 5 : 3, count: 1 });
    if (!database) edges.push({ id: `edge${at}`, from: `node${at}`, to: `node${Math.min(count - 1, at - (at % 5) + 4)}`, kind: 'traffic', label: '5432/tcp', locations: [] });
  }
  return { id: 'generated', title: 'generated', description: '', level: 'resource', view: 'network', groups, nodes, edges, notes: [], coverage: { resources: count, drawn: count, folded: 0, hidden: 0, generic: 0 } };
}

function graph(count: number): Record<string, unknown> {
  const diagram = picture(count);
  const before = cpuSeconds();
  const text = drawSvg(diagram);
  return { nodes: count, edges: diagram.edges.length, layoutAndWriteCpuSeconds: round(cpuSeconds() - before), megabytes: round(text.length / 1e6) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

const [stage = '', first = '', second = ''] = process.argv.slice(2);
const stages: Record<string, () => Promise<Record<string, unknown>> | Record<string, unknown>> = { parse: () => parse(first), index: () => index(first), root: () => root(first, second), describe: () => describe(first), graph: () => graph(Number(first)) };
const figures = await stages[stage]?.();
console.log(JSON.stringify({ ...figures, cpuSeconds: round(cpuSeconds()), peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1000) }));
