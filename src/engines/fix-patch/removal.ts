/**
 * Taking a resource out of the code, with what stands only for it.
 *
 * Nothing that stays may refer to what goes. What refers to it and is of a type that the rule names as its
 * companion (the rules of a security group) goes with it; anything else is the reason why there is no patch.
 */
import type { HclFile } from '../../formats/hcl/hcl-file.ts';
import { blockAt, removeBlocks } from '../../formats/hcl/body-edits.ts';
import type { Block, BodyItem, Expression } from '../../formats/hcl/syntax-tree.ts';
import type { ReadFile, ResourceDeclaration } from '../terraform/configuration/declarations.ts';
import { writtenReferences } from '../terraform/configuration/written-references.ts';
import type { FixPlan } from './code.ts';
import type { Surrounding } from './value-places.ts';

const MOST_COMPANIONS = 50;

interface Reference {
  file: ReadFile;
  item: BodyItem;
  /** `resource aws_eip.a`, `output "ip"`. */
  text: string;
  /** Of a resource: its address within the module. */
  address?: string;
}

export function planRemoval({ node }: Surrounding, declaration: ResourceDeclaration, companions: readonly string[]): FixPlan | { reason: string } {
  const files = node.configuration?.files ?? [];
  if (declaration.lifecycle.preventDestroy !== undefined) return { reason: 'lifecycle.prevent_destroy guards it' };
  const gone = new Map([[declaration.address, declaration]]);
  const open = [declaration];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const reference of referencesTo(files, at)) {
      if (reference.address !== undefined && gone.has(reference.address)) continue;
      const other = reference.address === undefined ? undefined : node.configuration?.resources.get(reference.address);
      const { line } = reference.file.hcl.lines.locate(reference.item.start);
      if (other === undefined || !companions.includes(other.type) || gone.size > MOST_COMPANIONS) return { reason: `${reference.text} refers to ${at.address} (${reference.file.path}:${line})` };
      gone.set(other.address, other);
      open.push(other);
    }
  }
  return removalOf([...gone.values()], node.path);
}

function removalOf(gone: readonly ResourceDeclaration[], path: readonly string[]): FixPlan | { reason: string } {
  const byFile = new Map<HclFile, Block[]>();
  for (const { place } of gone) {
    const { hcl } = place.file as ReadFile;
    const block = place.file.json ? undefined : blockAt(hcl.body, place.start);
    if (block === undefined) return { reason: 'the code is written in JSON, where nothing can be taken out by place' };
    byFile.set(hcl, [...(byFile.get(hcl) ?? []), block]);
  }
  const edits = [...byFile].flatMap(([file, blocks]) => removeBlocks(file, blocks).map((edit) => ({ file, edit })));
  const prefix = path.map((call) => `module.${call}.`).join('');
  return { alternatives: [edits], direct: true, through: [], removes: gone.map(({ address }) => `${prefix}${address}`) };
}

function referencesTo(files: readonly ReadFile[], { type, name, address, mode }: ResourceDeclaration): Reference[] {
  return files.flatMap((file) =>
    file.hcl.body.items.flatMap((item): Reference[] => {
      const isResource = item.kind === 'block' && (item.type === 'resource' || item.type === 'data');
      const [first = '', second = ''] = item.kind === 'block' ? item.labels.map((label) => label.value) : [];
      const own = isResource ? (item.type === 'data' ? `data.${first}.${second}` : `${first}.${second}`) : undefined;
      if (own === address && mode === 'managed') return [];
      const refers = writtenReferences({ file, expression: item as unknown as Expression }).some((names) => (names[0] === type && names[1] === name) || (names[0] === 'resource' && names[1] === type && names[2] === name));
      if (!refers) return [];
      const text = item.kind === 'attribute' ? item.name : [item.type, ...item.labels.map((label) => label.value)].join(' ');
      return [{ file, item, text, ...(own === undefined ? {} : { address: own }) }];
    }),
  );
}
