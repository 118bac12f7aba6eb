/** Storage accounts of Azure and what lies in them; the price depends on kind, tier, copies and access. */
import type { Costing, CosterTable } from '../costing.ts';

/** `RAGRS`, as the rows have it; the share's rows know only where the copies are. */
function copies(c: Costing): string {
  return c.text('account_replication_type') ?? 'LRS';
}

function storageAccount(c: Costing): void {
  const name = (): string => `${c.text('account_kind') ?? 'StorageV2'}.${c.text('account_tier') ?? 'Standard'}.${copies(c)}.${c.text('access_tier') ?? 'Hot'}`;
  c.onUsage('Storage', 'storage_gb', () => {
    const first = c.fact(`Capacity (first 50TB) [${name()}]`);
    return 'amount' in first ? first : c.fact(`Capacity [${name()}]`);
  });
}

function parentOf(c: Costing): Costing | undefined {
  const parent = c.follow('storage_account_name', 'azurerm_storage_account') ?? c.follow('storage_account_id', 'azurerm_storage_account');
  return parent === undefined ? undefined : c.on(parent);
}

/** A premium share is charged for its quota, the others for what lies in them. */
function share(c: Costing): void {
  const parent = parentOf(c);
  const where = (parent === undefined ? 'LRS' : copies(parent)).replace(/^RA/, '');
  const premium = c.text('access_tier') === 'Premium' || parent?.text('account_kind') === 'FileStorage' || parent?.text('account_tier') === 'Premium';
  const price = (tier: string): ReturnType<Costing['fact']> => c.fact(`Data at rest [${tier}.${where}]`, 'azurerm_storage_share');
  if (premium) return c.fixed('Provisioned storage', () => price('Premium'), () => c.number('quota') ?? 100);
  c.onUsage('Storage', 'storage_gb', () => price(c.text('access_tier') ?? 'TransactionOptimized'));
}

function queue(c: Costing): void {
  const parent = parentOf(c);
  const name = (): string => `${parent?.text('account_kind') ?? 'StorageV2'}.Standard.${parent === undefined ? 'LRS' : copies(parent)}`;
  c.onUsage('Storage', 'storage_gb', () => c.fact(`Capacity [${name()}]`));
  c.onUsage('Operations', 'monthly_requests', () => c.fact(`Class 1 operations [${name()}]`));
}

export const AZURE_STORAGE: CosterTable = {
  azurerm_storage_account: storageAccount,
  azurerm_storage_share: share,
  azurerm_storage_queue: queue,
};
