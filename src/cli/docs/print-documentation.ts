/** One infrastructure in one of the formats of `roadbed docs`. */
import type { Diagram, DiagramSet } from '../../engines/diagram/diagram.ts';
import { drawDrawio } from '../../engines/diagram/drawing/drawio.ts';
import { diagramJson } from '../../engines/diagram/drawing/graph-json.ts';
import { drawHtml } from '../../engines/diagram/drawing/html.ts';
import { drawMermaid } from '../../engines/diagram/drawing/mermaid.ts';
import { drawSvg } from '../../engines/diagram/drawing/svg.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import type { ModuleDocument } from '../../engines/module-docs/document.ts';
import { printMarkdown } from '../../engines/module-docs/markdown.ts';
import type { DocsFormat } from './options.ts';

export interface Documentation {
  title: string;
  model: InfrastructureModel;
  diagrams: DiagramSet;
  /** Empty for a plan or a state. */
  modules: readonly ModuleDocument[];
  /** A picture of each module below the root, by its folder: of one of the calls to it. */
  modulePictures: ReadonlyMap<string, Diagram>;
}

export interface PrintOptions {
  diagram: Diagram;
  /** `{file}` and `{line}` are put in. */
  linkPattern: string;
  /** Path from the page to a file of the tree. */
  relative: (file: string) => string;
  drawPng: (svg: string) => Promise<Uint8Array>;
}

export async function printDocumentation(documentation: Documentation, format: DocsFormat, options: PrintOptions): Promise<string | Uint8Array> {
  const { diagram, linkPattern } = options;
  switch (format) {
    case 'svg':
      return drawSvg(diagram, { linkPattern });
    case 'png':
      return options.drawPng(drawSvg(diagram, { linkPattern, theme: 'light' }));
    case 'html':
      return drawHtml(documentation.diagrams, { title: documentation.title, linkPattern });
    case 'mermaid':
      return drawMermaid(diagram);
    case 'drawio':
      return drawDrawio(documentation.diagrams);
    case 'json':
      return printJson(documentation);
    case 'markdown':
      return printAllMarkdown(documentation, options);
  }
}

/** Documented in docs/reference/docs-json.md. */
function printJson({ title, model, diagrams, modules }: Documentation): string {
  const graph = JSON.parse(diagramJson(diagrams)) as { diagrams: unknown };
  return `${JSON.stringify({ schemaVersion: 1, title, source: model.source, coverage: model.coverage, problems: model.problems, modules, diagrams: graph.diagrams }, null, 2)}\n`;
}

/** The root with its diagram, then each module below it. A plan or a state has no modules to document: the diagram stands alone. */
function printAllMarkdown({ title, modules, modulePictures }: Documentation, { diagram, relative }: PrintOptions): string {
  const picture = drawMermaid(diagram);
  const [root, ...rest] = modules;
  if (root === undefined) return `# ${title}\n\n\`\`\`mermaid\n${picture.trimEnd()}\n\`\`\`\n\n${diagram.notes.map((note) => `- ${note}\n`).join('')}`;
  return [printMarkdown(root, { headingLevel: 2, withTitle: true, relative, diagram: picture }), ...rest.map((module) => printMarkdown({ ...module, title: `Module ${module.folder}` }, { headingLevel: 3, withTitle: true, relative, ...mermaidOf(modulePictures.get(module.folder)) }))].join('\n');
}

/** The picture of a module for its page; none where nothing is to be drawn. */
export function mermaidOf(diagram: Diagram | undefined): { diagram?: string } {
  return diagram === undefined || diagram.nodes.length === 0 ? {} : { diagram: drawMermaid(diagram) };
}
