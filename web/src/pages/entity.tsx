/** Entity: what is it, who owns it, and what hangs together with it? */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { EntityPage } from '../../../src/api/contract/pages.ts';
import { DependencyGraph } from '../charts/dependency-graph.tsx';
import { entity } from '../data/reads.ts';
import { shortCommit } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Facts, Loaded, PageHead, Panel, Section } from '../ui/page.tsx';
import { Phase, State } from '../ui/state.tsx';
import buttonStyles from '../ui/button.module.css';
import styles from './entity.module.css';

const route = getRouteApi('/catalog/$kind/$namespace/$name');

/** Words for Backstage's relation types, from the entity's own point of view. */
const RELATIONS: Readonly<Record<string, string>> = {
  ownedBy: 'Owned by', ownerOf: 'Owns', partOf: 'Part of', hasPart: 'Has parts', dependsOn: 'Depends on', dependencyOf: 'Needed by',
  providesApi: 'Provides', apiProvidedBy: 'Provided by', consumesApi: 'Consumes', apiConsumedBy: 'Consumed by', parentOf: 'Parent of', childOf: 'Child of', memberOf: 'Member of', hasMember: 'Members',
};

export function EntityRoutePage() {
  const { kind, namespace, name } = route.useParams();
  const crumbs = [{ label: 'Catalog', to: '/catalog' }, { label: name }];
  return (
    <Loaded query={useQuery(entity(kind, namespace, name))} crumbs={crumbs}>
      {(data) => <EntityView data={data} />}
    </Loaded>
  );
}

function parse(ref: string): { kind: string; namespace: string; name: string } {
  const [kind = '', rest = ''] = ref.split(':', 2);
  const [namespace = '', name = ''] = rest.split('/', 2);
  return { kind, namespace, name };
}

function EntityView({ data }: { data: EntityPage }) {
  const { row, relations } = data;
  const groups = Map.groupBy(relations, (relation) => relation.type);
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Catalog', to: '/catalog' }, { label: row.kind }]}
        title={row.owner === undefined ? (row.title ?? row.name) : `${row.title ?? row.name} belongs to ${row.owner}`}
        tab={row.name}
        lead={row.description}
        actions={
          <>
            <CopyCli command={`roadbed get ${row.kind.toLowerCase()} ${row.name} --namespace ${row.namespace} --json`} />
            {row.running.length === 0 ? null : (
              <Link to="/services/$namespace/$service" params={{ namespace: row.namespace, service: row.name }} className={buttonStyles.button}>
                Open the service
              </Link>
            )}
          </>
        }
      />
      <Panel>
        <Facts
          facts={[
            ['Kind', `${row.kind}${row.type === undefined ? '' : `, ${row.type}`}`],
            ['Lifecycle', row.lifecycle ?? 'not said'],
            ['Team', row.namespace],
            ['Source', row.source === undefined ? 'written by hand' : <code key="source">{[row.source.repository, row.source.path].filter((part) => part !== undefined).join(' ')}</code>],
            ...(row.source?.commit === undefined ? [] : [['Read at', <code key="commit">{shortCommit(row.source.commit)}</code>] as [string, ReactNode]]),
            ['Changed', <Age key="changed" at={row.changedAt} />],
            ...row.running.map((place): [string, ReactNode] => [`In ${place.environment}`, <Phase key={place.environment} phase={place.phase} plain />]),
          ]}
        />
      </Panel>
      {data.map.edges.length === 0 ? null : (
        <Section title="Dependencies" note="All that it needs and all that needs it">
          <Panel>
            <DependencyGraph map={data.map} label={`Dependencies of ${row.name}`} />
          </Panel>
        </Section>
      )}
      <Section title="Relations" note="In both directions, as declared">
        {relations.length === 0 ? (
          <Panel flush>
            <Empty kind="not-connected" title="It stands alone" text="Its descriptor names no owner, system or dependency, and nothing points to it." />
          </Panel>
        ) : (
          <div className={styles.groups}>
            {[...groups].map(([type, own]) => (
              <Panel key={type}>
                <h3 className={styles.type}>{RELATIONS[type] ?? type}</h3>
                <ul className={styles.targets}>
                  {own.map(({ targetRef, found }) => {
                    const target = parse(targetRef);
                    return (
                      <li key={targetRef}>
                        {found ? (
                          <Link to="/catalog/$kind/$namespace/$name" params={target} data-row-link="">
                            {target.name}
                          </Link>
                        ) : (
                          <span>{target.name}</span>
                        )}
                        <span className={styles.kind}>{target.kind}</span>
                        {found ? null : <State tone="warn" plain>Not in the catalog</State>}
                      </li>
                    );
                  })}
                </ul>
              </Panel>
            ))}
          </div>
        )}
      </Section>
      {data.links.length === 0 ? null : (
        <Section title="Links">
          <Panel>
            <ul className={styles.targets}>
              {data.links.map((link) => (
                <li key={link.url}>
                  <a href={link.url} rel="noreferrer" target="_blank">
                    {link.title}
                  </a>
                </li>
              ))}
            </ul>
          </Panel>
        </Section>
      )}
      <Section title="Descriptor" note="As the object API answers it">
        <Panel>
          <pre className={styles.source} tabIndex={0} role="region" aria-label="Descriptor as JSON">
            {JSON.stringify(withoutManagedFields(data.object), null, 2)}
          </pre>
        </Panel>
      </Section>
    </>
  );
}

function withoutManagedFields(object: EntityPage['object']): unknown {
  return { ...object, metadata: Object.fromEntries(Object.entries(object.metadata).filter(([key]) => key !== 'managedFields')) };
}
