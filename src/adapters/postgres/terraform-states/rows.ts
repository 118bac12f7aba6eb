/** Rows of states and serials, as the port has them. */
import type { StateChanges, StateComparison, StateCost, StateSerial, TerraformState } from '../../../ports/terraform-states.ts';

export interface SerialRow {
  number: number;
  serial: string;
  lineage: string;
  terraform_version: string | null;
  commit: string | null;
  pushed_at: Date;
  pushed_by: string;
  resources: number;
  kept: boolean;
  changes: StateChanges | null;
  cost: StateCost | null;
}

export interface StateRow extends SerialRow {
  id: string;
  namespace: string;
  repository: string;
  root: string;
  workspace: string;
  analysed: string | null;
  serials: number;
  comparisons: (Omit<StateComparison, 'receivedAt'> & { receivedAt: string })[];
}

export const SERIAL_COLUMNS = `n.number, n.serial, n.lineage, n.terraform_version, n.commit, n.pushed_at, n.pushed_by, n.resources, n.document is not null as kept, n.changes, n.cost`;

export const STATES = `select s.id, s.namespace, s.repository, s.root, s.workspace, s.analysed, ${SERIAL_COLUMNS},
    (select count(*)::int from roadbed.terraform_serial c where c.state = s.id) as serials,
    (select coalesce(json_agg(json_build_object('kind', c.kind, 'receivedAt', c.received_at, 'receivedBy', c.received_by, 'summary', c.summary) order by c.kind), '[]'::json) from roadbed.terraform_comparison c where c.state = s.id) as comparisons
  from roadbed.terraform_state s join lateral (select * from roadbed.terraform_serial t where t.state = s.id order by t.number desc limit 1) n on true`;

export function serialOf(row: SerialRow): StateSerial {
  return {
    number: row.number,
    serial: Number(row.serial),
    lineage: row.lineage,
    ...(row.terraform_version === null ? {} : { terraformVersion: row.terraform_version }),
    ...(row.commit === null ? {} : { commit: row.commit }),
    pushedAt: row.pushed_at.toISOString(),
    pushedBy: row.pushed_by,
    resources: row.resources,
    kept: row.kept,
    ...(row.changes === null ? {} : { changes: row.changes }),
    ...(row.cost === null ? {} : { cost: row.cost }),
  };
}

export function stateOf(row: StateRow): TerraformState {
  const { namespace, repository, root, workspace } = row;
  return {
    id: Number(row.id), namespace, repository, root, workspace,
    newest: serialOf(row),
    serials: row.serials,
    ...(row.analysed === null ? {} : { analysed: row.analysed }),
    comparisons: row.comparisons.map((one) => ({ ...one, receivedAt: new Date(one.receivedAt).toISOString() })),
  };
}
