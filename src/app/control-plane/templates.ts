/** Reads the golden paths of the package: examples/templates/<name>/template.yaml and its files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplate, type ServiceTemplate } from '../../control/service-template/template.ts';
import { packageRoot } from '../package-root.ts';

export function readTemplates(folder = join(packageRoot, 'examples', 'templates')): ServiceTemplate[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.map((name) => {
    const read = (path: string): string | undefined => {
      const full = join(folder, name, path);
      return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
    };
    return readTemplate(read('template.yaml') ?? '', (path) => read(join('files', path)) ?? read(path));
  });
}
