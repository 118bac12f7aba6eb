/** Relative links of every page lead to a file, and to a heading where they name one. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

function pages(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const below = ['docs', 'examples', 'bench', 'providers', 'rules', 'prices']
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && !name.includes('node_modules')).map((name) => join(folder, name)));
  return [...top, ...below].map((name) => join(ROOT, name));
}

/** Text without fences and code spans: what looks like a link there is none. */
function prose(markdown: string): string {
  return markdown.replace(/^( *)```[\s\S]*?^\1```/gm, '').replace(/`[^`\n]*`/g, 'code');
}

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading.replace(/`/g, '').trim().toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, '').replace(/ /g, '-');
}

function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').replace(/^( *)```[\s\S]*?^\1```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));
}

function brokenLinks(page: string): string[] {
  const text = prose(readFileSync(page, 'utf8'));
  const targets = [...text.matchAll(/\]\(([^()\s]+)\)/g), ...text.matchAll(/<img[^>]+src="([^"]+)"/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', fragment] = target.split('#');
    const file = path === '' ? page : resolve(dirname(page), path);
    if (!existsSync(file)) return true;
    return fragment !== undefined && statSync(file).isFile() && file.endsWith('.md') && !anchorsOf(file).includes(fragment);
  });
}

test('every relative link leads somewhere', () => {
  const found = pages();
  expect(found.length).toBeGreaterThan(50);
  expect(found.flatMap((page) => brokenLinks(page).map((target) => `${relative(ROOT, page)} -> ${target}`))).toEqual([]);
});

test('every how-to, explanation and reference page stands in the index of its folder', () => {
  const missing = ['how-to', 'explanation', 'reference', 'reference/kinds'].flatMap((folder) => {
    const at = join(ROOT, 'docs', folder);
    const index = readFileSync(join(at, 'README.md'), 'utf8');
    return readdirSync(at).filter((name) => name.endsWith('.md') && name !== 'README.md' && !index.includes(`(${name})`)).map((name) => `${folder}/${name}`);
  });
  expect(missing).toEqual([]);
});
