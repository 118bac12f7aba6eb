/** What `roadbed.yaml` may say, as data: the reader checks against it, and docs/reference/roadbed-yaml.md lists it. */
import type { Schema } from '../../domain/kinds/definition.ts';
import { duration, integer, list, map, record, text } from '../../domain/kinds/schema.ts';
import { STRATEGY_SCHEMA } from '../../domain/kinds/strategy-schema.ts';

const NAME = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
const VARIABLE = '^[A-Za-z_][A-Za-z0-9_]{0,199}$';

/** Names of maps: what keys must look like, by the path of the map (`*` stands for any key). */
export const KEY_PATTERNS: Record<string, { pattern: RegExp; what: string }> = {
  environments: { pattern: new RegExp(NAME), what: 'an environment: lower-case letters, digits and -' },
  'environments.*.variables': { pattern: new RegExp(VARIABLE), what: 'a variable: letters, digits and _, not beginning with a digit' },
  'pipeline.steps.*.environment': { pattern: new RegExp(VARIABLE), what: 'a variable: letters, digits and _, not beginning with a digit' },
};

const ANYTHING = (description: string): Schema => ({ description, 'x-kubernetes-preserve-unknown-fields': true });

const STEP = record(
  'One step.',
  {
    name: text('Name, unique in the file.', { pattern: NAME }),
    run: list('Commands, one after the other: a line of words, or a list of arguments.', ANYTHING('A command.'), { minItems: 1, maxItems: 50 }),
    needs: list('Steps that must have succeeded before; absent: none, so that it starts at once.', text('Name of a step.'), { maxItems: 50 }),
    environment: map('Environment variables.', text('Value.')),
    timeout: duration('Time limit; default 10m, at most 2h.'),
    caches: list('Folders kept between runs.', record('A cache.', {
      name: text('Name; the same name is the same cache in all runs of the repository.', { pattern: NAME }),
      path: text('Folder in the workspace, or in the home folder with ~/.', { minLength: 1, maxLength: 200 }),
    }, ['name', 'path']), { maxItems: 20 }),
    limits: record('Less than the platform allows.', {
      memory: text('Memory: 512Mi, 2Gi.', { pattern: '^[1-9][0-9]*(Ki|Mi|Gi|K|M|G)?$' }),
      processes: integer('Processes at a time.', { minimum: 1, maximum: 4096 }),
      disk: text('Disk: 512Mi, 2Gi.', { pattern: '^[1-9][0-9]*(Ki|Mi|Gi|K|M|G)?$' }),
    }),
  },
  ['name', 'run'],
);

export const FILE_SCHEMA = record(
  'roadbed.yaml',
  {
    version: integer('Form of this file: 1.', { minimum: 1, maximum: 1 }),
    pipeline: record('Replaces the detected pipeline.', {
      steps: list('The steps.', STEP, { maxItems: 100 }),
      artifact: record('What becomes the artifact.', {
        path: text('Folder of the workspace; default the whole.', { minLength: 1, maxLength: 200 }),
        exclude: list('Paths to leave out.', text('Path.', { minLength: 1, maxLength: 200 }), { maxItems: 200 }),
      }),
    }, ['steps']),
    start: record('How the artifact is started, where the Score file names no command.', {
      command: list('Argument array.', text('Argument.', { minLength: 1 }), { minItems: 1, maxItems: 100 }),
      static: text('Folder of the artifact to serve as files.', { minLength: 1, maxLength: 200 }),
      fallback: text('With static: file to answer with where there is none (single-page applications).', { minLength: 1, maxLength: 200 }),
    }),
    infrastructure: list('Root modules of Terraform or OpenTofu; absent: they are found; empty: there are none to show.', record('A root module.', {
      path: text('Its folder; . is the repository itself.', { minLength: 1, maxLength: 400 }),
      name: text('What it is called here, unique in the file; default its path.', { minLength: 1, maxLength: 100 }),
      workspace: text('Value of terraform.workspace; default: default.', { pattern: '^[A-Za-z0-9._-]{1,90}$' }),
      variableFiles: list('Variables files seen from its folder; the last one wins.', text('Path.', { minLength: 1, maxLength: 400 }), { maxItems: 20 }),
    }, ['path']), { maxItems: 100 }),
    environments: map('What differs by environment.', record('One environment.', {
      variables: map('Laid over the variables of the workload.', text('Value.')),
      strategy: STRATEGY_SCHEMA,
    })),
  },
  ['version'],
);
