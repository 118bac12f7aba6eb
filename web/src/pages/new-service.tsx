/** New service: a name, a golden path, a team; the files are shown before anything is made. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { GoldenPaths, Preview } from '../../../src/api/contract/golden-path.ts';
import { goldenPaths } from '../data/reads.ts';
import { operate, post, RequestProblem } from '../data/request.ts';
import { Button } from '../ui/button.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { Loaded, PageHead, Panel } from '../ui/page.tsx';
import { ProblemLine } from '../ui/problem-panel.tsx';
import styles from './new-service.module.css';

const CRUMBS = [{ label: 'New service' }];
const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

export function NewServicePage() {
  return (
    <Loaded query={useQuery(goldenPaths())} crumbs={CRUMBS}>
      {(data) => <NewServiceForm data={data} />}
    </Loaded>
  );
}

function NewServiceForm({ data }: { data: GoldenPaths }) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [template, setTemplate] = useState(data.paths[0]?.name ?? '');
  const [namespace, setNamespace] = useState(data.namespaces[0] ?? '');
  const [description, setDescription] = useState('');
  const valid = NAME.test(name);
  const args = { name, template, namespace, ...(description.trim() === '' ? {} : { description: description.trim() }) };
  const make = useMutation({
    mutationFn: () => operate('newService', args),
    onSuccess: () => void router.navigate({ to: '/new/$namespace/$name', params: { namespace, name } }),
  });
  return (
    <>
      <PageHead crumbs={CRUMBS} title="Start a service on the paved road" tab="New service" lead="Repository, Score file, catalog entry, pipeline, tests and owner are made in one go; its URL answers within half a minute." actions={<CopyCli command={`roadbed new ${name === '' ? '<name>' : name} --template ${template} --namespace ${namespace}`} />} />
      <div className={styles.columns}>
        <Panel>
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault();
              if (valid && !make.isPending) make.mutate();
            }}
          >
            <Field label="Name" value={name} onChange={setName} required placeholder="parcel-tracking" hint="Lower-case letters, digits and dashes; it becomes the host name." problem={name !== '' && !valid ? 'Begin with a letter; only lower-case letters, digits and dashes; at most 40.' : undefined} />
            <fieldset className={styles.paths}>
              <legend>Golden path</legend>
              {data.paths.map((path) => (
                <label key={path.name} className={styles.path}>
                  <input type="radio" name="template" value={path.name} checked={template === path.name} onChange={() => setTemplate(path.name)} />
                  <span>
                    <strong>{path.title}</strong>
                    <span className={styles.about}>{path.description}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            <Choice label="Team" value={namespace} options={data.namespaces.map((team): [string, string] => [team, team])} onChange={setNamespace} />
            <Field label="What it does (optional)" value={description} onChange={setDescription} placeholder="Tells customers where their parcel is" />
            {make.error instanceof RequestProblem ? <ProblemLine problem={make.error.problem} /> : null}
            <div>
              <Button submit kind="primary" busy={make.isPending} disabledReason={valid ? undefined : 'Give it a valid name first.'}>
                {make.isPending ? 'Making it…' : 'Make the service'}
              </Button>
            </div>
          </form>
        </Panel>
        <FilesPreview args={useDeferredValue(JSON.stringify({ ...args, name: valid ? name : 'your-service' }))} />
      </div>
    </>
  );
}

/** What the platform reads stands first, then the rest as the golden path has it. */
const READ_FIRST = ['score.yaml', 'catalog-info.yaml', 'roadbed.yaml'];

function place(path: string): number {
  const index = READ_FIRST.indexOf(path);
  return index === -1 ? READ_FIRST.length : index;
}

function FilesPreview({ args }: { args: string }) {
  const query = useQuery({ queryKey: ['preview', args], queryFn: () => post<Preview>('/golden-paths/preview', JSON.parse(args)), placeholderData: (present) => present, retry: false });
  const [chosen, setChosen] = useState(0);
  const files = (query.data?.files ?? []).toSorted((a, b) => place(a.path) - place(b.path));
  const file = files[chosen] ?? files[0];
  return (
    <section aria-label="Files that will be committed" className={styles.preview}>
      <div className={styles.files}>
        {files.map((candidate, index) => (
          <button key={candidate.path} type="button" aria-pressed={candidate === file} onClick={() => setChosen(index)}>
            {candidate.path}
          </button>
        ))}
      </div>
      <pre tabIndex={0} role="region" aria-label={file?.path ?? 'File'}>
        {query.error instanceof RequestProblem ? query.error.problem.message : (file?.content ?? '')}
      </pre>
    </section>
  );
}
