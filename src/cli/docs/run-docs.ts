/** What `roadbed docs` does: read each path, say how much was understood, print, write, or compare. */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { DiagramSet } from '../../engines/diagram/diagram.ts';
import { makeDiagrams } from '../../engines/diagram/make-diagrams.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { describeTree } from '../../engines/module-docs/describe-tree.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { chooseDiagram } from './choose-diagram.ts';
import { modulePictures } from './module-pictures.ts';
import type { DocsFlags } from './options.ts';
import { variableSources } from './options.ts';
import type { Documentation } from './print-documentation.ts';
import { printDocumentation } from './print-documentation.ts';
import { updateReadmes } from './update-readmes.ts';
import { presentText, writeWhole } from './write-file.ts';
import { writeSite } from './write-site.ts';
import { coverageLine } from '../infrastructure/coverage-line.ts';
import type { ReadOptions } from '../infrastructure/read-infrastructure.ts';
import { readInfrastructure } from '../infrastructure/read-infrastructure.ts';
import type { InfrastructureInput } from '../local-platform.ts';
import type { Session } from '../session.ts';

const SHOWN_PROBLEMS = 20;

interface Read extends Documentation {
  input: InfrastructureInput;
  incomplete: boolean;
}

/** Answers 7 when `--check` found something stale, 8 when part of the input could not be read. */
export async function docs(session: Session, paths: string[], flags: DocsFlags): Promise<number> {
  const { catalogue, problems } = await session.platform.infrastructure.providerCatalogue(flags.providers);
  for (const problem of problems) session.output.say(describeProblem(problem));
  const reads: Read[] = [];
  for (const path of paths.length === 0 ? ['.'] : paths) reads.push(await read(session, path, flags, catalogue));
  const incomplete = reads.some((one) => one.incomplete);
  const code = await deliver(session, reads, flags);
  return code ?? (incomplete ? 8 : 0);
}

async function read(session: Session, path: string, flags: DocsFlags, catalogue: ProviderCatalogue): Promise<Read> {
  const { infrastructure } = session.platform;
  const top = flags.top === undefined ? {} : { top: flags.top };
  const input = await infrastructure.open({ path, ...top });
  const options: ReadOptions = { path, catalogue, variables: await variableSources(flags, session.streams.environment), ...(flags.workspace === undefined ? {} : { workspace: flags.workspace }), ...(await givenState(session, flags.state)) };
  const { name, model, tree, incomplete } = await readInfrastructure(input, options);
  const before = flags.compare === undefined ? undefined : await earlier(session, path, flags, options);
  tell(session, path, model);
  const title = flags.title ?? name;
  const maximumNodes = flags.maxNodes === undefined ? {} : { maximumNodes: Number(flags.maxNodes) };
  const diagrams: DiagramSet = makeDiagrams(model, catalogue, { title, ...maximumNodes, ...(before === undefined ? {} : { before }) });
  return { title, model, diagrams, modules: tree === undefined ? [] : describeTree(tree, model, title), modulePictures: modulePictures(model, catalogue), input, incomplete };
}

async function givenState(session: Session, path: string | undefined): Promise<{ state?: { text: string; file: string } }> {
  if (path === undefined) return {};
  const input = await session.platform.infrastructure.open({ path });
  if (input.kind === 'folder') throw new PlatformError({ code: 'ROADBED-8053', class: 'usage', message: `${path} is a folder, not a state`, next: 'give the file: `terraform state pull > state.json`' });
  return { state: { text: input.text, file: input.file } };
}

/** `--compare` names a folder, plan or state that is there, and otherwise a commit, branch or tag. */
async function earlier(session: Session, path: string, flags: DocsFlags, options: ReadOptions): Promise<InfrastructureModel> {
  const compared = flags.compare ?? '';
  const top = flags.top === undefined ? {} : { top: flags.top };
  const isFile = (await stat(compared).catch(() => undefined)) !== undefined;
  const { infrastructure } = session.platform;
  const input = isFile ? await infrastructure.open({ path: compared, ...top }) : await infrastructure.openAt({ path, ref: compared, ...top });
  return (await readInfrastructure(input, { ...options, path: isFile ? compared : `${path} at ${compared}` })).model;
}

function tell(session: Session, path: string, model: InfrastructureModel): void {
  for (const problem of model.problems.slice(0, SHOWN_PROBLEMS)) session.output.say(describeProblem(problem));
  if (model.problems.length > SHOWN_PROBLEMS) session.output.say(`and ${model.problems.length - SHOWN_PROBLEMS} more problems: --format json lists them all`);
  session.output.say(`${path}: ${coverageLine(model.coverage)}`);
}

async function deliver(session: Session, reads: readonly Read[], flags: DocsFlags): Promise<number | undefined> {
  if (flags.site !== undefined) {
    const pages = await writeSite(reads, flags.site, flags);
    session.output.say(`${pages} pages in ${flags.site}: open ${join(flags.site, 'index.html')}`);
    return undefined;
  }
  if (flags.inject !== undefined) return await readmes(session, reads, flags);
  if (reads.length > 1 && flags.out !== undefined) throw new PlatformError({ code: 'ROADBED-8068', class: 'usage', message: 'several roots cannot be written into one file', next: 'give --site FOLDER, or one root at a time' });
  let stale = false;
  for (const one of reads) stale = (await deliverOne(session, one, flags)) || stale;
  return stale ? 7 : undefined;
}

async function deliverOne(session: Session, one: Read, flags: DocsFlags): Promise<boolean> {
  const format = flags.format ?? (session.output.json ? 'json' : 'markdown');
  const folder = flags.out === undefined ? process.cwd() : dirname(resolve(flags.out));
  const toTree = one.input.kind === 'folder' ? relative(folder, one.input.top) : '';
  const within = (file: string): string => (toTree === '' || isAbsolute(file) ? file : `${toTree}/${file}`);
  const content = await printDocumentation(one, format, { diagram: chooseDiagram(one.diagrams, flags), linkPattern: flags.link ?? `${toTree === '' ? '' : `${toTree}/`}{file}#L{line}`, relative: within, drawPng: session.platform.infrastructure.drawPng });
  if (flags.check === true) return await isStale(session, content, flags);
  if (flags.out !== undefined) await writeWhole(flags.out, content);
  else if (typeof content !== 'string' && session.output.person) throw new PlatformError({ code: 'ROADBED-8069', class: 'usage', message: 'a picture cannot be shown in a terminal', next: 'give --out picture.png, or pipe it' });
  else session.streams.stdout.write(content);
  return false;
}

async function isStale(session: Session, content: string | Uint8Array, flags: DocsFlags): Promise<boolean> {
  if (flags.out === undefined) throw new PlatformError({ code: 'ROADBED-8068', class: 'usage', message: '--check needs something to compare with', next: 'give --inject, or --out with the file that was written before' });
  const present = await presentText(flags.out);
  const same = present === (typeof content === 'string' ? content : Buffer.from(content).toString('utf8'));
  if (!same) session.output.say(`${flags.out} is ${present === undefined ? 'not there' : 'not what the code says'}: run the command again without --check`);
  return !same;
}

async function readmes(session: Session, reads: readonly Read[], flags: DocsFlags): Promise<number | undefined> {
  const file = flags.inject === true ? 'README.md' : (flags.inject ?? 'README.md');
  const changed: string[] = [];
  for (const one of reads) {
    if (one.input.kind !== 'folder') throw new PlatformError({ code: 'ROADBED-8068', class: 'usage', message: 'only the documentation of code can be put into a README', next: 'give the folder of a Terraform configuration' });
    changed.push(...(await updateReadmes(session, one, { top: one.input.top, file, recursive: flags.recursive === true, check: flags.check === true, diagram: chooseDiagram(one.diagrams, flags) })));
  }
  if (flags.check !== true) session.output.say(changed.length === 0 ? 'nothing changed' : `written: ${changed.join(', ')}`);
  else if (changed.length > 0) session.output.say(`${changed.length === 1 ? 'a README does' : `${changed.length} READMEs do`} not say what the code says: run the command again without --check`);
  return flags.check === true && changed.length > 0 ? 7 : undefined;
}
