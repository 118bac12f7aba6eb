/**
 * D0 of versions: what the code asks for against `.terraform.lock.hcl`, the installed modules and the Terraform that wrote the state.
 */
import { parseHcl } from '../../formats/hcl/parse.ts';
import type { Body } from '../../formats/hcl/syntax-tree.ts';
import type { ModelLocation } from '../infrastructure/model.ts';
import type { ConfigurationFile } from '../terraform/configuration/declarations.ts';
import { literalText } from '../terraform/configuration/syntax.ts';
import type { ModuleNode, ModuleTree } from '../terraform/module/module-node.ts';
import type { DriftResult } from './drift.ts';
import { DriftCollector } from './drift.ts';
import { meetsConstraint } from './version-constraint.ts';

/** Source address of a provider, without the public registry's host -> version. Faulty parts are left out. */
export function readProviderLock(text: string, file: string): Map<string, string> {
  const locked = new Map<string, string>();
  for (const block of parseHcl(text, file).body.items) {
    const source = block.kind === 'block' && block.type === 'provider' ? block.labels[0]?.value : undefined;
    const version = block.kind === 'block' ? attributeText(block.body, 'version') : undefined;
    if (source !== undefined && version !== undefined) locked.set(shortSource(source), version);
  }
  return locked;
}

function attributeText(body: Body, name: string): string | undefined {
  const attribute = body.items.find((item) => item.kind === 'attribute' && item.name === name);
  return attribute?.kind === 'attribute' ? literalText(attribute.expression) : undefined;
}

function shortSource(source: string): string {
  const short = source.toLowerCase().replace(/^registry\.(terraform\.io|opentofu\.org)\//, '');
  return short.includes('/') ? short : `hashicorp/${short}`;
}

export interface VersionInput {
  tree: ModuleTree;
  /** Of `readProviderLock`; undefined when there is no lock file. */
  lock?: ReadonlyMap<string, string>;
  /** Path of a module's call (`network.inner`) -> installed version, of `.terraform/modules/modules.json`. */
  installed?: ReadonlyMap<string, { version?: string }>;
  /** That wrote the state. */
  terraformVersion?: string;
}

/** Constraints are those of all modules; one provider that misses several is told for each. */
export function driftOfVersions({ tree, lock, installed, terraformVersion }: VersionInput): DriftResult {
  const found = new DriftCollector();
  const base = { level: 'D0', class: 'other' } as const;
  for (const configuration of tree.configurations.values()) {
    for (const { localName, source, versionConstraint, place } of lock === undefined ? [] : configuration.settings.requiredProviders.values()) {
      const address = shortSource(source ?? localName);
      const version = lock?.get(address);
      if (versionConstraint === undefined || version === undefined) continue;
      const met = meetsConstraint(version, versionConstraint);
      if (met === undefined) found.notCompared('a version constraint cannot be read', `${address} ${versionConstraint}`);
      else if (!met) found.add({ ...base, kind: 'provider-version', address, type: 'provider', from: shown(versionConstraint), to: shown(version), location: placeIn(place.file, place.start), fix: 'terraform init -upgrade, and commit the lock file' });
    }
    for (const written of terraformVersion === undefined ? [] : configuration.settings.requiredVersions) {
      const constraint = literalText(written.expression);
      if (constraint === undefined || terraformVersion === undefined || meetsConstraint(terraformVersion, constraint) !== false) continue;
      found.add({ ...base, kind: 'terraform-version', address: configuration.folder, type: 'terraform', from: shown(constraint), to: shown(terraformVersion), location: placeIn(written.file, written.expression.start), fix: 'run the version that the code asks for' });
    }
  }
  modules(tree.root, installed ?? new Map(), found);
  return found.result();
}

function placeIn(file: ConfigurationFile, offset: number): ModelLocation {
  const { line, column } = file.locate(offset);
  return { file: file.path, line, column };
}

function shown(text: string): { text: string; hidden: false } {
  return { text, hidden: false };
}

function modules(node: ModuleNode, installed: ReadonlyMap<string, { version?: string }>, found: DriftCollector): void {
  for (const child of node.children.values()) {
    const constraint = child.call?.version === undefined ? undefined : literalText(child.call.version.expression);
    const version = installed.get(child.path.join('.'))?.version;
    if (constraint !== undefined && version !== undefined && meetsConstraint(version, constraint) === false && child.call !== undefined) {
      found.add({ level: 'D0', class: 'other', kind: 'module-version', address: child.path.map((name) => `module.${name}`).join('.'), type: 'module', from: shown(constraint), to: shown(version), location: placeIn(child.call.place.file, child.call.place.start), fix: 'terraform init -upgrade' });
    }
    modules(child, installed, found);
  }
}
