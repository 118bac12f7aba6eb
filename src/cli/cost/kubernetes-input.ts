/**
 * Manifests of Kubernetes in what `roadbed cost` was given: a folder (beside Terraform, or alone), a file, or
 * standard input. Every YAML file of the folder is looked at; those without manifests cost nothing.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { READ_KINDS } from '../../engines/kubernetes-cost/workload.ts';
import type { KubernetesObject } from '../../formats/kubernetes/manifest.ts';
import { readManifests } from '../../formats/kubernetes/manifest.ts';
import type { InfrastructureInput } from '../local-platform.ts';

const MOST_FILES = 10_000;
const MOST_BYTES = 256 * 1024 * 1024;
const FILE = /\.(ya?ml|json)$/i;
const LEFT_OUT = /(^|\/)(\.terraform|\.github|node_modules|vendor)\//;

export interface KubernetesInput {
  objects: KubernetesObject[];
  problems: SourceProblem[];
  /** What was seen and is not read, in sentences. */
  notices: string[];
  files: number;
}

export async function kubernetesInput(input: InfrastructureInput): Promise<KubernetesInput> {
  const found: KubernetesInput = { objects: [], problems: [], notices: [], files: 0 };
  if (input.kind === 'document') {
    if (isManifest(input.text)) add(found, input.text, input.file);
    return found;
  }
  const prefix = input.folder === '.' ? '' : `${input.folder}/`;
  const paths = (await input.tree.list()).filter((path) => path.startsWith(prefix) && FILE.test(path) && !LEFT_OUT.test(path)).sort();
  if (paths.length > MOST_FILES) found.notices.push(`${paths.length} YAML and JSON files; the first ${MOST_FILES} are looked at for manifests`);
  let bytes = 0;
  let templates = 0;
  for (const path of paths.slice(0, MOST_FILES)) {
    const read = await input.tree.read(path);
    bytes += read?.length ?? 0;
    if (bytes > MOST_BYTES) {
      found.notices.push(`more than ${MOST_BYTES / 1024 / 1024} MB of YAML and JSON; files from ${path} on are not looked at`);
      break;
    }
    if (read === undefined) continue;
    const text = new TextDecoder().decode(read);
    if (!isManifest(text)) continue;
    if (isTemplateOfChart(path, text)) templates += 1;
    else add(found, text, path.slice(prefix.length));
  }
  if (templates > 0) found.notices.push(`${templates} templates of Helm charts are not read: price what helm template prints`);
  return found;
}

/** Before anything is parsed: both words stand at the beginning of a line, or it is an object of JSON with both. */
export function isManifest(text: string): boolean {
  if (/^\s*\{/.test(text)) return /"apiVersion"\s*:/.test(text) && /"kind"\s*:/.test(text);
  return /^["']?apiVersion["']?\s*:/m.test(text) && /^["']?kind["']?\s*:/m.test(text);
}

function isTemplateOfChart(path: string, text: string): boolean {
  return /(^|\/)templates\//.test(path) && text.includes('{{');
}

function add(found: KubernetesInput, text: string, file: string): void {
  const { objects, problems } = readManifests(text, file, READ_KINDS);
  found.objects.push(...objects);
  found.problems.push(...problems);
  if (objects.length > 0) found.files += 1;
}
