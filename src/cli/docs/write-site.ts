/** The documentation site of several roots: pages written below a folder. */
import { join } from 'node:path';
import { drawHtml } from '../../engines/diagram/drawing/html.ts';
import { sourceLink } from '../../engines/diagram/drawing/links.ts';
import { drawSvg } from '../../engines/diagram/drawing/svg.ts';
import { printSite } from '../../engines/module-docs/site.ts';
import { chooseDiagram } from './choose-diagram.ts';
import type { DocsFlags } from './options.ts';
import type { Documentation } from './print-documentation.ts';
import { writeWhole } from './write-file.ts';

/** Answers how many pages there are. Links to code are made only with `--link`, for pages are read elsewhere. */
export async function writeSite(documentations: readonly Documentation[], folder: string, flags: DocsFlags): Promise<number> {
  const link = flags.link;
  const linkPattern = link ?? '{file}#L{line}';
  const roots = uniqueNames(documentations).map(({ name, documentation }) => ({
    name,
    documents: documentation.modules,
    svg: drawSvg(chooseDiagram(documentation.diagrams, flags), { linkPattern }),
    moduleSvgs: new Map([...documentation.modulePictures].filter(([, diagram]) => diagram.nodes.length > 0).map(([folder, diagram]) => [folder, drawSvg(diagram, { linkPattern })])),
    diagramPage: drawHtml(documentation.diagrams, { title: documentation.title, linkPattern }),
    summary: [counted(documentation.model.resources.length, 'resource'), ...(documentation.modules.length > 1 ? [counted(documentation.modules.length - 1, 'module')] : [])].join(', '),
    ...(link === undefined ? {} : { code: (file: string, line: number) => sourceLink(link, { file, line, column: 1 }) ?? '' }),
  }));
  const pages = printSite(flags.title ?? 'Infrastructure', roots);
  for (const [path, text] of pages) await writeWhole(join(folder, path), text);
  return pages.size;
}

function uniqueNames(documentations: readonly Documentation[]): { name: string; documentation: Documentation }[] {
  const seen = new Map<string, number>();
  return documentations.map((documentation) => {
    const count = (seen.get(documentation.title) ?? 0) + 1;
    seen.set(documentation.title, count);
    return { name: count === 1 ? documentation.title : `${documentation.title} ${count}`, documentation };
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
