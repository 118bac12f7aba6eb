/** The documentation of a root and of every module it calls: inputs, outputs, resources, providers, calls. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ModuleDocumentView, RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { infrastructureModules } from '../data/reads.ts';
import { count } from '../data/wording.ts';
import { Copyable } from '../ui/copy.tsx';
import { Choice } from '../ui/field.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { exactly } from './infrastructure-diagram.tsx';
import styles from './infrastructure.module.css';

const route = getRouteApi('/infrastructure/$namespace/$repository');

export function ModulesSheet({ data }: { data: RootPage }) {
  const query = useQuery(infrastructureModules(exactly(data)));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const modules = query.data?.modules;
  if (modules === undefined) return <p className={styles.sheet} role="status">{query.error === null ? 'Being gathered…' : 'The documentation could not be read.'}</p>;
  const shown = modules.find((module) => module.folder === search.module) ?? modules[0];
  if (shown === undefined) return <p className={styles.sheet}>There is no module to describe.</p>;
  return (
    <div className={styles.sheet}>
      {modules.length < 2 ? null : (
        <span className={styles.time}>
          <Choice label="Module" value={shown.folder} options={modules.map((module, at) => [module.folder, at === 0 ? `${module.folder} (the root)` : module.folder])} onChange={(folder) => void navigate({ search: (present) => ({ ...present, module: folder }), replace: true, resetScroll: false })} />
        </span>
      )}
      {shown.purpose === undefined ? null : <p className={styles.lines}>{shown.purpose}</p>}
      <ModuleTables module={shown} />
    </div>
  );
}

/** Within the module's folder; the whole path is copied. */
function place({ file, line }: { file: string; line: number }, folder: string): ReactNode {
  const short = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
  return <Copyable text={`${short}:${line}`} whole={`${file}:${line}`} label="the place" />;
}

function ModuleTables({ module }: { module: ModuleDocumentView }) {
  return (
    <>
      <Part title={count(module.inputs.length, 'input')} empty={module.inputs.length === 0}>
        <Table caption="Inputs" columns={[{ label: 'Name' }, { label: 'What' }, { label: 'Type' }, { label: 'Default' }, { label: 'Place' }]}>
          {module.inputs.map((input) => (
            <tr key={input.name}>
              <td><code className={table.main}>{input.name}</code>{input.sensitive ? <State tone="hold" plain>Sensitive</State> : null}</td>
              <td>{input.description ?? <span className={table.soft}>–</span>}{input.validations.map((rule) => <span key={rule.condition} className={table.sub}>must: {rule.message}</span>)}</td>
              <td><code className={styles.lines}>{input.type}</code></td>
              <td>{input.default === undefined ? <State tone="warn" plain>Required</State> : <code className={styles.lines}>{input.default}</code>}</td>
              <td>{place(input.location, module.folder)}</td>
            </tr>
          ))}
        </Table>
      </Part>
      <Part title={count(module.outputs.length, 'output')} empty={module.outputs.length === 0}>
        <Table caption="Outputs" columns={[{ label: 'Name' }, { label: 'What' }, { label: 'Value' }, { label: 'Place' }]}>
          {module.outputs.map((output) => (
            <tr key={output.name}>
              <td><code className={table.main}>{output.name}</code>{output.sensitive ? <State tone="hold" plain>Sensitive</State> : null}</td>
              <td>{output.description ?? <span className={table.soft}>–</span>}</td>
              <td><code className={styles.lines}>{output.value}</code></td>
              <td>{place(output.location, module.folder)}</td>
            </tr>
          ))}
        </Table>
      </Part>
      <Part title={count(module.resources.length, 'resource block')} empty={module.resources.length === 0}>
        <Table caption="Resource blocks" columns={[{ label: 'Address' }, { label: 'What' }, { label: 'Repeated by' }, { label: 'Place' }]}>
          {module.resources.map((resource) => (
            <tr key={resource.address}>
              <td><code className={table.main}>{resource.address}</code></td>
              <td>
                {resource.comment ?? (resource.mode === 'data' ? 'read, not made' : '')}
                {resource.reference === undefined ? null : <a className={table.sub} href={resource.reference} rel="noreferrer" target="_blank">{resource.type} in the registry</a>}
              </td>
              <td>{resource.repeated === undefined ? <span className={table.soft}>–</span> : <code className={styles.lines}>{resource.repeated}</code>}</td>
              <td>{place(resource.location, module.folder)}</td>
            </tr>
          ))}
        </Table>
      </Part>
      <Part title={count(module.modules.length, 'module call')} empty={module.modules.length === 0}>
        <Table caption="Module calls" columns={[{ label: 'Name' }, { label: 'Source' }, { label: 'Version' }, { label: 'Code' }, { label: 'Place' }]}>
          {module.modules.map((call) => (
            <tr key={call.name}>
              <td><code className={table.main}>{call.name}</code></td>
              <td><code>{call.source}</code></td>
              <td>{call.version ?? <span className={table.soft}>–</span>}</td>
              <td>{call.folder ?? <State tone="warn" plain>Not here</State>}{call.opaque === undefined ? null : <span className={table.sub}>{call.opaque}</span>}</td>
              <td>{place(call.location, module.folder)}</td>
            </tr>
          ))}
        </Table>
      </Part>
      <Part title={count(module.requirements.length, 'requirement')} empty={module.requirements.length === 0}>
        <Table caption="Requirements" columns={[{ label: 'Name' }, { label: 'Version' }, { label: 'Source' }]}>
          {module.requirements.map((requirement) => (
            <tr key={requirement.name}>
              <td><code className={table.main}>{requirement.name}</code></td>
              <td>{requirement.version ?? <span className={table.soft}>any</span>}</td>
              <td>{requirement.source ?? <span className={table.soft}>–</span>}</td>
            </tr>
          ))}
        </Table>
      </Part>
      {module.calls.map((call) => (
        <Part key={call.address} title={`Called as ${call.address}`} empty={call.arguments.length === 0}>
          <Table caption={`Arguments of ${call.address}`} columns={[{ label: 'Input' }, { label: 'Comes to' }]}>
            {call.arguments.map((argument) => (
              <tr key={argument.name}>
                <td><code className={table.main}>{argument.name}</code></td>
                <td><code className={styles.lines}>{argument.value}</code></td>
              </tr>
            ))}
          </Table>
        </Part>
      ))}
    </>
  );
}

function Part({ title, empty, children }: { title: string; empty: boolean; children: ReactNode }) {
  if (empty) return null;
  return (
    <div>
      <h3>{title}</h3>
      {children}
    </div>
  );
}
