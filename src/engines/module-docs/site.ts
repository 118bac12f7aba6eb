/**
 * A documentation site over many roots: a start page with search, a page a root with its picture, a page
 * a module, and links between roots that read each other's state.
 */
import type { ModuleDocument, StateLocation } from './document.ts';
import { escapeHtml, printPage } from './html-page.ts';
import { printHtmlBody } from './html.ts';

export interface SiteRoot {
  /** Unique; becomes a folder of the site. */
  name: string;
  /** The root's document first. */
  documents: readonly ModuleDocument[];
  /** Picture for the root's page. */
  svg: string;
  /** Pictures of modules below it, by folder. */
  moduleSvgs: ReadonlyMap<string, string>;
  /** The interactive page of the picture. */
  diagramPage: string;
  /** `16 resources, 2 modules`. */
  summary: string;
  code?: (file: string, line: number) => string;
}

/** What tells two places of states apart; the rest (region, lock table, profile) says how to get there. */
const IDENTIFYING = ['bucket', 'key', 'path', 'prefix', 'address', 'organization', 'workspaces', 'resource_group_name', 'storage_account_name', 'container_name', 'schema_name', 'secret_suffix', 'namespace'] as const;

/** Pages by path. The same roots give the same pages. */
export function printSite(title: string, roots: readonly SiteRoot[]): Map<string, string> {
  const pages = new Map<string, string>();
  const ordered = [...roots].sort((a, b) => (a.name < b.name ? -1 : 1));
  const links = stateLinks(ordered);
  pages.set('index.html', startPage(title, ordered));
  for (const root of ordered) {
    const folder = rootFolder(root.name);
    pages.set(`${folder}/diagram.html`, root.diagramPage);
    for (const document of root.documents) pages.set(`${folder}/${pageName(document.folder, root)}`, modulePage(title, root, document, links));
  }
  return pages;
}

function rootFolder(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'root';
}

function pageName(folder: string, root: SiteRoot): string {
  return folder === root.documents[0]?.folder ? 'index.html' : `${folder.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'module'}.html`;
}

function modulePage(title: string, root: SiteRoot, document: ModuleDocument, links: ReadonlyMap<string, readonly string[]>): string {
  const isRoot = document === root.documents[0];
  const body = printHtmlBody(document, { modulePage: (folder) => pageName(folder, root), ...(root.code === undefined ? {} : { code: root.code }) });
  const picture = `<figure>${root.svg}</figure>\n<p><a href="diagram.html">Open the interactive diagram</a></p>\n`;
  return printPage({
    title: isRoot ? root.name : document.folder,

    trail: [{ text: title, href: '../index.html' }, ...(isRoot ? [] : [{ text: root.name, href: 'index.html' }])],
    body: isRoot ? picture + stateSection(root, links) + body : modulePicture(root.moduleSvgs.get(document.folder)) + body,
  });
}

function modulePicture(svg: string | undefined): string {
  return svg === undefined ? '' : `<figure>${svg}</figure>\n`;
}

function stateSection(root: SiteRoot, links: ReadonlyMap<string, readonly string[]>): string {
  const reads = links.get(`reads ${root.name}`) ?? [];
  const readBy = links.get(`read by ${root.name}`) ?? [];
  const list = (names: readonly string[]): string => names.map((name) => `<a href="../${rootFolder(name)}/index.html">${escapeHtml(name)}</a>`).join(', ');
  const unmatched = (root.documents[0]?.readsStates.length ?? 0) - reads.length;
  const sentences = [reads.length === 0 ? '' : `Reads the state of ${list(reads)}.`, readBy.length === 0 ? '' : `Its state is read by ${list(readBy)}.`, unmatched > 0 ? `Reads ${unmatched} ${unmatched === 1 ? 'state' : 'states'} of roots that are not part of this site.` : ''];
  const text = sentences.filter((sentence) => sentence !== '').join(' ');
  return text === '' ? '' : `<p>${text}</p>\n`;
}

/** `reads A` -> roots whose state A reads; `read by B` -> the other way. */
function stateLinks(roots: readonly SiteRoot[]): Map<string, string[]> {
  const links = new Map<string, string[]>();
  const add = (key: string, name: string): void => {
    const names = links.get(key) ?? [];
    if (!names.includes(name)) links.set(key, [...names, name]);
  };
  for (const root of roots) {
    for (const read of root.documents.flatMap((document) => document.readsStates)) {
      const other = roots.find((each) => each !== root && each.documents[0]?.backend !== undefined && sameState(each.documents[0].backend, read));
      if (other === undefined) continue;
      add(`reads ${root.name}`, other.name);
      add(`read by ${other.name}`, root.name);
    }
  }
  return links;
}

function sameState(a: StateLocation, b: StateLocation): boolean {
  const settings = IDENTIFYING.filter((name) => a.settings[name] !== undefined || b.settings[name] !== undefined);
  return a.type === b.type && settings.length > 0 && settings.every((name) => a.settings[name] === b.settings[name]);
}

interface SearchEntry {
  text: string;
  where: string;
  href: string;
}

function searchEntries(roots: readonly SiteRoot[]): SearchEntry[] {
  return roots.flatMap((root) =>
    root.documents.flatMap((document): SearchEntry[] => {
      const page = `${rootFolder(root.name)}/${pageName(document.folder, root)}`;
      const where = document.folder === root.documents[0]?.folder ? root.name : `${root.name}, ${document.folder}`;
      const entries: [string, string][] = [
        [document.title, ''],
        ...document.inputs.map((input): [string, string] => [`var.${input.name}`, '#inputs']),
        ...document.outputs.map((output): [string, string] => [`output.${output.name}`, '#outputs']),
        ...document.resources.map((resource): [string, string] => [resource.address, '#resources']),
        ...document.modules.map((module): [string, string] => [`module.${module.name}`, '#modules']),
      ];
      return entries.map(([text, anchor]) => ({ text, where, href: page + anchor }));
    }),
  );
}

const SEARCH = `
const entries=JSON.parse(document.getElementById('entries').textContent);
const field=document.getElementById('search'),results=document.getElementById('results'),roots=document.getElementById('roots');
field.addEventListener('input',()=>{const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);results.textContent='';roots.hidden=words.length>0;if(words.length===0)return;
const found=entries.filter(e=>words.every(w=>(e.text+' '+e.where).toLowerCase().includes(w)));
for(const e of found.slice(0,100)){const a=document.createElement('a');a.href=e.href;a.textContent=e.text+' ';const s=document.createElement('small');s.textContent=e.where;a.append(s);results.append(a)}
const note=document.createElement('p');note.className='none';note.textContent=found.length===0?'Nothing has this in its name.':found.length>100?'The first 100 of '+found.length+'.':'';results.append(note)});
`;

function startPage(title: string, roots: readonly SiteRoot[]): string {
  const cards = roots.map((root) => `<li><a href="${rootFolder(root.name)}/index.html">${escapeHtml(root.name)}</a><p>${escapeHtml(root.summary)}</p>${root.documents[0]?.purpose === undefined ? '' : `<p>${escapeHtml(root.documents[0].purpose.split(/\n\s*\n/)[0] ?? '')}</p>`}</li>`);
  const entries = JSON.stringify(searchEntries(roots)).replace(/</g, '\\u003c');
  const body = `<p><label for="search">Search resources, inputs, outputs and modules</label><br><input type="search" id="search" autocomplete="off"></p>
<div id="results" aria-live="polite"></div>
<ul class="cards" id="roots">
${cards.length === 0 ? '<li>There is no Terraform root below the folder that was given.</li>' : cards.join('\n')}
</ul>
<script type="application/json" id="entries">${entries}</script>`;
  return printPage({ title, trail: [], body, script: SEARCH });
}
