/** One thing of an inventory export, whatever the cloud and the tool: what a state is compared with. */
import type { JsonValue } from '../terraform/json-document.ts';

export interface InventoryItem {
  /** As the cloud names it: `AWS::EC2::Instance`, `microsoft.compute/virtualmachines`, `compute.googleapis.com/Instance`. */
  type: string;
  /** The cloud's own full name: ARN, resource id, full resource name; the bare id where the export has no more. */
  id: string;
  /** Last part of it, or the id of the thing within its type (`i-0abc`). */
  name: string;
  account?: string;
  region?: string;
  tags?: { readonly [name: string]: string };
  /** What the export tells of its configuration. */
  attributes: { readonly [name: string]: JsonValue };
  /** Full names of what it belongs to, where the export tells. */
  parents: readonly string[];
}

export interface Inventory {
  format: 'AWS Config' | 'AWS Resource Explorer' | 'Azure Resource Graph' | 'Google Cloud Asset Inventory' | 'table';
  items: readonly InventoryItem[];
  /** What was in the file: each row is a thing, or counted below. */
  rows: number;
  /** Rows that lack a name or type. */
  skipped: number;
  /** Rows that say that a thing is gone. */
  deleted: number;
  /** Rows about a thing that a later row tells of. */
  repeated: number;
}
