/** A module's documentation as the body of an HTML page: what the Markdown says, section by section. */
import type { CallDocument, InputDocument, ModuleDocument, OutputDocument, ResourceDocument } from './document.ts';
import { escapeHtml } from './html-page.ts';

export interface HtmlOptions {
  /** Address of a place in the code; without one places are plain text. */
  code?: (file: string, line: number) => string;
  /** Address of the page of another folder of the same root. */
  modulePage(folder: string): string;
}

/** Body without the title: `printPage` puts that above. */
export function printHtmlBody(document: ModuleDocument, options: HtmlOptions): string {
  const place = (text: string, location: { file: string; line: number }): string => {
    const where = `${location.file}:${location.line}`;
    return options.code === undefined ? `<code title="${escapeHtml(where)}">${escapeHtml(text)}</code>` : `<a href="${escapeHtml(options.code(location.file, location.line))}" title="${escapeHtml(where)}"><code>${escapeHtml(text)}</code></a>`;
  };
  const sections: [string, string][] = [
    ['Inputs', inputs(document.inputs, place)],
    ['Outputs', outputs(document.outputs, place)],
    ['Resources', resources(document.resources, place)],
    ['Modules', modules(document, options, place)],
    ['Used by', calls(document.calls, place)],
    ['Requirements', table(['Name', 'Version', 'Source'], document.requirements.map((one) => [code(one.name), words(one.version ?? 'any'), one.source === undefined ? '' : code(one.source)]), 'No requirements.')],
    ['Providers', table(['Name', 'Version', 'Source'], document.providers.map((one) => [code(one.alias === undefined ? one.name : `${one.name}.${one.alias}`), words(one.version ?? 'any'), code(one.source)]), 'No providers.')],
  ];
  const purpose = (document.purpose ?? '').split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '').map((paragraph) => `<p class="purpose">${words(paragraph)}</p>\n`).join('');
  return `${purpose}${sections.filter(([name]) => name !== 'Used by' || document.calls.length > 0).map(([name, body]) => `<h2 id="${name.toLowerCase().replaceAll(' ', '-')}">${name}</h2>\n${body}`).join('\n')}`;
}

type Place = (text: string, location: { file: string; line: number }) => string;

function code(text: string): string {
  return text.includes('\n') ? `<pre>${escapeHtml(text)}</pre>` : `<code>${escapeHtml(text)}</code>`;
}

/** Words of a description: code spans are kept, everything else is text. */
function words(text: string): string {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? `<code>${escapeHtml(part)}</code>` : escapeHtml(part))).join('');
}

function table(head: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `<p class="none">${none}</p>`;
  const cells = (row: readonly string[], tag: string): string => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll" tabindex="0"><table>\n<thead>${cells(head, 'th')}</thead>\n<tbody>\n${rows.map((row) => cells(row, 'td')).join('\n')}\n</tbody></table></div>`;
}

function marks(part: InputDocument | OutputDocument): string {
  const found = [part.sensitive ? 'sensitive' : '', part.ephemeral ? 'ephemeral' : '', 'nullable' in part && !part.nullable ? 'not null' : '', part.deprecated === undefined ? '' : `deprecated: ${part.deprecated}`];
  return found.filter((mark) => mark !== '').map((mark) => ` <span class="mark">${escapeHtml(mark)}</span>`).join('');
}

function inputs(all: readonly InputDocument[], place: Place): string {
  const rules = (input: InputDocument): string => input.validations.map((rule) => `<br>${words(rule.message)} ${code(rule.condition)}`).join('');
  return table(['Name', 'Description', 'Type', 'Default'], all.map((input) => [place(input.name, input.location), words(input.description ?? '') + marks(input) + rules(input), code(input.type), input.default === undefined ? '<span class="mark">required</span>' : code(input.default)]), 'No inputs.');
}

function outputs(all: readonly OutputDocument[], place: Place): string {
  return table(['Name', 'Description', 'Value'], all.map((output) => [place(output.name, output.location), words(output.description ?? '') + marks(output), code(output.value)]), 'No outputs.');
}

function resources(all: readonly ResourceDocument[], place: Place): string {
  const kind = { managed: 'resource', data: 'data source', ephemeral: 'ephemeral resource' } as const;
  const type = (resource: ResourceDocument): string => (resource.reference === undefined ? code(resource.type) : `<a href="${escapeHtml(resource.reference)}" rel="noreferrer">${escapeHtml(resource.type)}</a>`);
  return table(['Name', 'Kind', 'Type', 'Repeated'], all.map((resource) => [place(resource.address, resource.location), kind[resource.mode], type(resource), resource.repeated === undefined ? '' : code(resource.repeated)]), 'No resources.');
}

function modules(document: ModuleDocument, options: HtmlOptions, place: Place): string {
  const source = (module: ModuleDocument['modules'][number]): string => (module.folder === undefined ? `${code(module.source)}${module.opaque === undefined ? '' : `<br><span class="none">${words(module.opaque)}</span>`}` : `<a href="${escapeHtml(options.modulePage(module.folder))}">${escapeHtml(module.source)}</a>`);
  return table(['Name', 'Source', 'Version', 'What for'], document.modules.map((module) => [place(module.name, module.location), source(module), words(module.version ?? ''), words(module.comment ?? '') + (module.repeated === undefined ? '' : ` ${code(module.repeated)}`)]), 'No modules.');
}

function calls(all: readonly CallDocument[], place: Place): string {
  return all
    .map((call) => `<h3>${call.location === undefined ? code(call.address) : place(call.address, call.location)}</h3>\n${table(['Input', 'Value'], call.arguments.map((argument) => [code(argument.name), code(argument.value)]), 'Called without arguments.')}`)
    .join('\n');
}
