/** What a SKU of Google's catalogue is called in the price book, by its description. What is not here keeps the vendor's words. */
import type { BookKey } from './aws-keys.ts';

const FAMILIES: Readonly<Record<string, string>> = { 'Compute optimized': 'c2', 'Memory-optimized': 'm1' };

type Row = readonly [service: string, description: RegExp, keys: (caught: readonly string[], spot: boolean) => readonly string[]];

const DISKS: Readonly<Record<string, string>> = { 'Storage PD': 'Standard provisioned storage (pd-standard)', 'SSD backed PD': 'SSD provisioned storage (pd-ssd)', 'Balanced PD': 'Balanced provisioned storage (pd-balanced)', 'Extreme PD': 'Extreme provisioned storage (pd-extreme)' };

const TABLE: readonly Row[] = [
  ['Compute Engine', /^(?:Spot Preemptible )?(\w+) (?:AMD |Arm )?Custom Instance (Core|Ram) running in/, ([family = '', part = ''], spot) => [`Compute Engine :: Custom ${part === 'Core' ? 'cpu' : 'ram'} (${spot ? 'spot' : 'on-demand'}, ${family.toLowerCase()}_custom)`]],
  ['Compute Engine', /^(?:Spot Preemptible )?(\w+|Compute optimized|Memory-optimized) (?:AMD |Arm |Predefined )?(?:Instance )?(Core|Ram) running in/, ([family = '', part = ''], spot) => [`Compute Engine :: Predefined ${part === 'Core' ? 'cpu' : 'ram'} (${spot ? 'spot' : 'on-demand'}, ${FAMILIES[family] ?? family.toLowerCase()})`]],
  ['Compute Engine', /^(Storage PD|SSD backed PD|Balanced PD|Extreme PD) Capacity/, ([kind = '']) => [`google_compute_disk :: ${DISKS[kind] ?? ''}`]],
  ['Compute Engine', /^Regional (Storage PD|SSD backed PD|Balanced PD) Capacity/, ([kind = '']) => [`google_compute_region_disk :: ${DISKS[kind] ?? ''}`]],
  ['Compute Engine', /^SSD backed Local Storage/, () => ['google_compute_instance :: Local SSD provisioned storage [on-demand]']],
  ['Compute Engine', /^Storage PD Snapshot/, () => ['google_compute_snapshot :: Storage']],
  ['Compute Engine', /^External IP Charge on a Standard VM/, () => ['google_compute_address :: IP address (standard VM)']],
  ['Compute Engine', /^Static Ip Charge/, () => ['google_compute_address :: IP address (unused)']],
  ['Compute Engine', /Forwarding Rule Additional Service Charge/, () => ['google_compute_forwarding_rule :: Forwarding rules']],
  ['Compute Engine', /^(?:Vpn|VPN) Tunnel/, () => ['google_compute_vpn_tunnel :: VPN Tunnel']],
  ['Kubernetes Engine', /^(?:Zonal|Regional|Autopilot) Kubernetes Clusters/, () => ['google_container_cluster :: Cluster management fee']],
  ['Cloud SQL', /: (Zonal|Regional) - vCPU in/, ([where = '']) => [`google_sql_database_instance :: vCPUs (1, ${where.toLowerCase()})`]],
  ['Cloud SQL', /: (Zonal|Regional) - RAM in/, ([where = '']) => [`google_sql_database_instance :: Memory (3.75 GB, ${where.toLowerCase()})`]],
  ['Cloud SQL', /: (Zonal|Regional) - Standard storage in/, ([where = '']) => [`google_sql_database_instance :: Storage (SSD, ${where.toLowerCase()})`]],
  ['Cloud Memorystore for Redis', /^Redis Capacity (Basic|Standard) (M\d)/, ([tier = '', size = '']) => [`google_redis_instance :: Redis instance (${tier.toLowerCase()}, ${size})`]],
  ['Cloud Storage', /^(Standard|Nearline|Coldline|Archive) Storage/, ([kind = '']) => [`google_storage_bucket :: Storage (${kind.toLowerCase()})`]],
  ['Cloud Run', /^(CPU|Memory) Allocation Time \(Always-on/, ([part = '']) => [`google_cloud_run_v2_service :: ${part} allocation time [always]`]],
  ['Cloud Run', /^(CPU|Memory) Allocation Time/, ([part = '']) => [`google_cloud_run_v2_service :: ${part} allocation time [on request]`]],
];

/** @param spot Whether the SKU is of preemptible machines. */
export function googleKeys(service: string, description: string, spot: boolean): BookKey[] {
  for (const [of, pattern, keys] of TABLE) {
    const found = of === service ? pattern.exec(description) : null;
    if (found === null) continue;
    return keys(found.slice(1), spot).flatMap((key) => {
      const [name, dimension] = key.split(' :: ');
      return name === undefined || dimension === undefined ? [] : [{ service: name, dimension }];
    });
  }
  return [];
}
