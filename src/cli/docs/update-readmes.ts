/**
 * Documentation within READMEs: put in, or compared with what is there.
 *
 * Modules below the root get a README of their own with `--recursive`, each with its diagram. With
 * `--check` nothing is written: what would change is printed as a difference, and the exit code is 7.
 */
import { createTwoFilesPatch } from 'diff';
import { posix } from 'node:path';
import { join } from 'node:path';
import { injectDocumentation } from '../../engines/module-docs/inject.ts';
import { printMarkdown } from '../../engines/module-docs/markdown.ts';
import type { Session } from '../session.ts';
import type { Documentation, PrintOptions } from './print-documentation.ts';
import { mermaidOf } from './print-documentation.ts';
import { presentText, writeWhole } from './write-file.ts';

export interface ReadmeOptions extends Pick<PrintOptions, 'diagram'> {
  /** Absolute path of the tree that the documents' folders are in. */
  top: string;
  /** Name of the file in each module's folder. */
  file: string;
  recursive: boolean;
  check: boolean;
}

/** Answers the paths that changed, or with `check` would change. */
export async function updateReadmes(session: Session, documentation: Documentation, options: ReadmeOptions): Promise<string[]> {
  const changed: string[] = [];
  for (const [index, module] of documentation.modules.entries()) {
    if (index > 0 && !options.recursive) break;
    const path = join(options.top, module.folder, options.file);
    const generated = printMarkdown(module, {
      headingLevel: 2,
      withTitle: false,
      relative: (file) => posix.relative(posix.join(module.folder, posix.dirname(options.file)), file) || '.',
      ...mermaidOf(index === 0 ? options.diagram : documentation.modulePictures.get(module.folder)),
    });
    const present = await presentText(path);
    const next = injectDocumentation(present, generated, path, module.title);
    if (next === present) continue;
    changed.push(path);
    if (options.check) session.output.line(createTwoFilesPatch(path, path, present ?? '', next, present === undefined ? 'not there' : 'as it is', 'as it should be').trimEnd());
    else await writeWhole(path, next);
  }
  return changed;
}
