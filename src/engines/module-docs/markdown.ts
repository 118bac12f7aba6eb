/**
 * A module's documentation in Markdown: the tables that readers of terraform-docs know, in its order,
 * with places in the code, marks and validations added, and the calls with what their arguments came to.
 */
import type { CallDocument, InputDocument, ModuleDocument, OutputDocument, ResourceDocument } from './document.ts';
import { cell, codeCell, codeSpan, label, linkTarget, prose } from './markdown-text.ts';

export interface MarkdownOptions {
  /** Level of the section headings: 2 gives `##`. */
  headingLevel: number;
  /** With the title as a heading one level above, and the purpose: not within a README that has its own. */
  withTitle: boolean;
  /** Path from the page to a file of the tree. */
  relative(file: string): string;
  /** A Mermaid diagram of the module. */
  diagram?: string;
  /** At most this many calls are printed with their arguments. */
  maxCalls?: number;
}

const DEFAULT_MAX_CALLS = 20;

/** Ends with a line break. The same document and options give the same text. */
export function printMarkdown(document: ModuleDocument, options: MarkdownOptions): string {
  const heading = (text: string): string => `${'#'.repeat(options.headingLevel)} ${text}`;
  const title = options.withTitle ? [`${'#'.repeat(Math.max(1, options.headingLevel - 1))} ${label(document.title)}`, ...(document.purpose === undefined ? [] : [prose(document.purpose)])] : [];
  const sections = [
    ...title,
    ...(options.diagram === undefined ? [] : [heading('Diagram'), `\`\`\`mermaid\n${options.diagram.trimEnd()}\n\`\`\``]),
    heading('Requirements'),
    document.requirements.length === 0 ? 'No requirements.' : table(['Name', 'Version', 'Source'], document.requirements.map((one) => [label(one.name), cell(one.version ?? 'any'), one.source === undefined ? '' : codeSpan(one.source)])),
    heading('Providers'),
    document.providers.length === 0 ? 'No providers.' : table(['Name', 'Version', 'Source'], document.providers.map((one) => [label(one.alias === undefined ? one.name : `${one.name}.${one.alias}`), cell(one.version ?? 'any'), codeSpan(one.source)])),
    heading('Modules'),
    modulesTable(document, options),
    heading('Resources'),
    resourcesTable(document.resources, options),
    heading('Inputs'),
    inputsTable(document.inputs, options),
    ...validations(document.inputs, options),
    heading('Outputs'),
    outputsTable(document.outputs, options),
    ...(document.calls.length === 0 ? [] : [heading('Used by'), calls(document.calls, options)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function place(text: string, location: { file: string; line: number }, options: MarkdownOptions): string {
  return `[${text}](${linkTarget(options.relative(location.file))}#L${location.line})`;
}

function modulesTable(document: ModuleDocument, options: MarkdownOptions): string {
  if (document.modules.length === 0) return 'No modules.';
  return table(
    ['Name', 'Source', 'Version', 'What for'],
    document.modules.map((module) => [
      place(label(module.name), module.location, options),
      module.folder === undefined ? codeSpan(module.source) : `[${label(module.source)}](${linkTarget(options.relative(module.folder))})`,
      cell(module.version ?? (module.folder === undefined ? 'any' : '')),
      [cell(module.comment ?? ''), module.repeated === undefined ? '' : codeCell(module.repeated)].filter((text) => text !== '').join(' '),
    ]),
  );
}

function resourcesTable(resources: readonly ResourceDocument[], options: MarkdownOptions): string {
  if (resources.length === 0) return 'No resources.';
  const kind = (resource: ResourceDocument): string => (resource.mode === 'managed' ? 'resource' : resource.mode === 'data' ? 'data source' : 'ephemeral resource');
  return table(
    ['Name', 'Kind', 'Type', 'Repeated'],
    resources.map((resource) => [
      place(label(resource.address), resource.location, options),
      kind(resource),
      resource.reference === undefined ? codeSpan(resource.type) : `[${label(resource.type)}](${resource.reference})`,
      resource.repeated === undefined ? '' : codeCell(resource.repeated.replace(/\s+/g, ' ')),
    ]),
  );
}

function marks(part: InputDocument | OutputDocument): string {
  const words = [part.sensitive ? '**Sensitive.**' : '', part.ephemeral ? '**Ephemeral.**' : '', 'nullable' in part && !part.nullable ? 'Not null.' : '', part.deprecated === undefined ? '' : `**Deprecated:** ${cell(part.deprecated)}`];
  return words.filter((word) => word !== '').join(' ');
}

function inputsTable(inputs: readonly InputDocument[], options: MarkdownOptions): string {
  if (inputs.length === 0) return 'No inputs.';
  return table(
    ['Name', 'Description', 'Type', 'Default', 'Required'],
    inputs.map((input) => [
      place(label(input.name), input.location, options),
      [cell(input.description ?? ''), marks(input)].filter((text) => text !== '').join(' '),
      codeCell(input.type),
      input.default === undefined ? 'n/a' : codeCell(input.default),
      input.required ? 'yes' : 'no',
    ]),
  );
}

function validations(inputs: readonly InputDocument[], options: MarkdownOptions): string[] {
  const rows = inputs.flatMap((input) => input.validations.map((rule) => [label(input.name), cell(rule.message), codeCell(rule.condition)]));
  return rows.length === 0 ? [] : [`${'#'.repeat(options.headingLevel + 1)} Validations`, table(['Input', 'Rule', 'Condition'], rows)];
}

function outputsTable(outputs: readonly OutputDocument[], options: MarkdownOptions): string {
  if (outputs.length === 0) return 'No outputs.';
  return table(['Name', 'Description'], outputs.map((output) => [place(label(output.name), output.location, options), [cell(output.description ?? ''), marks(output)].filter((text) => text !== '').join(' ')]));
}

function calls(all: readonly CallDocument[], options: MarkdownOptions): string {
  const most = options.maxCalls ?? DEFAULT_MAX_CALLS;
  const printed = all.slice(0, most).map((call) => {
    const head = call.location === undefined ? codeSpan(call.address) : `${codeSpan(call.address)} in ${place(label(call.location.file), call.location, options)}`;
    return call.arguments.length === 0 ? `${head}, without arguments.` : `${head}:\n\n${table(['Input', 'Value'], call.arguments.map((argument) => [label(argument.name), codeCell(argument.value)]))}`;
  });
  const more = all.length > most ? [`And ${all.length - most} more.`] : [];
  return [...printed, ...more].join('\n\n');
}
