/** Which pools of machines may take a pod: its node selector, required node affinity, and the pools' taints. */
import type { Manifest } from '../../formats/kubernetes/manifest.ts';
import { field, isRecord, textField, texts } from '../../formats/kubernetes/manifest.ts';

export interface Taint {
  key: string;
  value: string;
  /** `NoSchedule`, `NoExecute`; `PreferNoSchedule` keeps nobody away. */
  effect: string;
}

export interface Place {
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
}

export function mayTake(place: Place, podSpec: unknown): boolean {
  const selector = Object.entries(texts(field(podSpec, 'nodeSelector')));
  if (selector.some(([name, value]) => labelOf(place, name) !== value)) return false;
  const required = field(field(field(podSpec, 'affinity'), 'nodeAffinity'), 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = field(required, 'nodeSelectorTerms');
  if (Array.isArray(terms) && !(terms as unknown[]).some((term) => fitsTerm(place, term))) return false;
  const tolerations = field(podSpec, 'tolerations');
  const tolerated = Array.isArray(tolerations) ? (tolerations as unknown[]) : [];
  return place.taints.every((taint) => taint.effect === 'PreferNoSchedule' || tolerated.some((one) => tolerates(one, taint)));
}

function labelOf({ labels }: Place, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

function fitsTerm(place: Place, term: unknown): boolean {
  const expressions = field(term, 'matchExpressions');
  if (!Array.isArray(expressions)) return isRecord(term) && field(term, 'matchFields') !== undefined;
  return (expressions as unknown[]).every((one) => fitsExpression(labelOf(place, textField(one, 'key') ?? ''), one));
}

function fitsExpression(value: string | undefined, expression: unknown): boolean {
  const given = field(expression, 'values');
  const values = Array.isArray(given) ? (given as unknown[]) : [];
  switch (textField(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates(toleration: unknown, taint: Taint): boolean {
  const [key, operator, effect] = ['key', 'operator', 'effect'].map((name) => textField(toleration, name));
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key === undefined) return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || (textField(toleration, 'value') ?? '') === taint.value);
}

/** `key=value:NoSchedule`, `key:NoSchedule`; undefined for what is no taint. */
export function parseTaint(text: string): Taint | undefined {
  const [, key, value = '', effect] = /^([^=:\s]+)(?:=([^:\s]*))?:(NoSchedule|NoExecute|PreferNoSchedule)$/.exec(text) ?? [];
  return key === undefined || effect === undefined ? undefined : { key, value, effect };
}

/** Labels that every machine has, beside its own. */
export function machineLabels(machine: { type: string; region: string; pool: string; labels: Manifest }): Readonly<Record<string, string>> {
  return { 'kubernetes.io/os': 'linux', ...(machine.type === '' ? {} : { 'node.kubernetes.io/instance-type': machine.type }), ...(machine.region === '' ? {} : { 'topology.kubernetes.io/region': machine.region }), 'roadbed.dev/pool': machine.pool, ...texts(machine.labels) };
}
