/**
 * Which attributes of a state may be kept in clear: those that rules, prices, drift and diagrams read, and no other.
 *
 * The list is made of names: every name in the shipped rules, what the provider catalogue says of identity,
 * place, size and security, and below what the price rules read. A name on the list says only that a value may be
 * kept when nothing is against it (`hidden-values.ts`). Names that hold whatever people write are never on it.
 */
import { CLOUD_TYPES } from '../drift/cloud-types.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { RuleFile } from '../rules/rule.ts';

const PRICED = `
access_tier account_kind account_replication_type account_tier activation_policy additional_workers allocated_storage allocation_id allocation_method ami ami_type architectures
associate_public_ip_address availability_type availability_zone availability_zone_name availability_zones bandwidth billing_mode block_device_mappings boot_disk cache_cluster_enabled cache_cluster_size
capacity capacity_provider capacity_type capacity_units cluster_identifier compute_type count cpu cpu_architecture cpu_credits database_version db_instance_class dedicated_master_count dedicated_master_enabled
dedicated_master_type deployment_mode deployment_type desired_capacity desired_count desired_number_of_domain_controllers desired_size disk_iops_read_write disk_mbps_read_write disk_size disk_size_gb disk_type
ebs_enabled ebs_optimized edition effective_labels enable_autopilot endpoint_type engine engine_mode engine_type engine_version environment_class family fifo_queue guest_accelerator high_availability
host_instance_type iam_instance_profile image image_id initial_node_count instance_class instance_count instance_family instance_platform instance_state instance_tenancy instance_type instance_types iops
key_type kind launch_configuration launch_template launch_type license_model license_type load_balancer_type load_balancing_scheme location machine_type managed_disk_type market_type max_capacity max_count
max_node_count max_size max_size_gb max_throughput memory memory_size memory_size_gb min_capacity min_count min_node_count min_size monitoring multi_az network_tier node_count node_locations node_type
num_cache_clusters num_cache_nodes num_node_groups number_cache_clusters number_of_broker_nodes number_of_nodes number_of_workers on_demand_base_capacity os_disk_size_gb os_disk_type os_type performance_mode
performance_tier platform preemptible price_class pricing_plan protection_level protocol_type protocols provisioned_iops provisioned_throughput_in_mibps provisioning_model purpose ram read_capacity region
replica_count replicas_per_node_group replication_type reserved_capacity retention_in_days retention_period runtime sampling_rate schema_version service service_name shard_count size size_gb sku sku_name sku_tier
source_disk spot_price storage_capacity storage_class storage_encrypted storage_gb storage_mb storage_os_disk storage_size_in_gb storage_throughput storage_type stream_mode subnet_id subnet_ids support_type
target_size tenancy throughput throughput_capacity throughput_mode tier transit_gateway_id type user_labels vcores version virtualization_type vm_size volume_size volume_type vpc_endpoint_type vpc_id
warm_count warm_enabled warm_type worker_count write_capacity zone zones zone_redundant
auto_pause_delay_in_minutes auto_scale available_cpu available_memory available_memory_mb backtrack_window core_count cpu_count
cross_region_restore_enabled customer_owned_ipv4_pool db_cluster_instance_class default_target_capacity_type dtu ebs_volume_size elastic_pool_id
elastic_pool_name enable_multiple_write_locations evaluation_frequency fifo_topic frequency geo_redundant_backup_enabled image_type
initial_instance_count internal interval_in_seconds ip_address_type local_ssd_count measure_latency memory_size_mb multiple_write_locations_enabled
node_size partition_count per_unit_storage_throughput performance_insights_enabled period premium_messaging_partitions pricing_tier priority
public_ipv4_pool quota read_replica_count region_name replicas_per_master replicas_per_primary request_interval reservation_capacity_in_gb_per_day
reserved resource_type scale_unit size_in_gib snapshot_retention_limit spot ssl_support_method storage_mode_type subnets target_instance_count
throughput_capacity_per_ha_pair usage_mode user_managed virtual_machine_size vm_priority`;

const IDENTIFYING = `
id arn self_link unique_id name display_name identifier bucket function_name domain_name email member dns_name fqdn url owner_id account_id project project_id resource_group_name subscription_id namespace
network network_id subnetwork cidr_block cidr_blocks ip_cidr_range address_space address_prefixes public_ip private_ip ip_address port from_port to_port protocol source_security_group_id security_group_ids
vpc_security_group_ids security_groups security_group_id route_table_id gateway_id nat_gateway_id internet_gateway_id vpc_endpoint_id network_interface_id instance_id volume_id snapshot_id db_instance_identifier
db_cluster_identifier db_subnet_group_name cluster cluster_name cluster_id node_group_name role role_arn target_group_arn load_balancer_arn listener_arn kms_key_id policy_arn topic_arn queue_url log_group_name
zone_id hosted_zone_id health_check_id certificate_arn repository repository_name key_name status state enabled publicly_accessible deletion_protection encrypted versioning multi_region`;

/** Free texts, and whatever people put into them. */
const NEVER = new Set(['value', 'values', 'content', 'contents', 'data', 'body', 'script', 'default', 'description', 'comment', 'message', 'metadata', 'config', 'settings_json', 'input', 'parameters', 'template', 'command', 'args', 'text', 'result', 'plaintext', 'string', 'json', 'policy', 'policies', 'assume_role_policy', 'access_policy', 'access_policies', 'inline_policy', 'policy_data', 'policy_text', 'definition', 'container_definitions', 'manifest', 'inputs', 'map', 'document', 'statement', 'put_item', 'secret', 'settings', 'environment']);

const NAME = /^[a-z_][a-z0-9_]*$/;
const QUOTED = /'([a-z_][a-z0-9_.]*)'/g;
const PLACEHOLDER = /\{([a-z_][\w.]*)\}/g;

const SOUGHT = /\.contains\(\s*'((?:[^'\\]|\\.)+)'\s*\)/g;

export interface KeptAttributes {
  has(name: string): boolean;
  /** What rules look for inside of texts: of a text that is not kept it is noted which of these it has. */
  readonly words: readonly string[];
}

/** @param types Those in the states at hand, or all of the catalogue. */
export function keptAttributes(rules: readonly RuleFile[], catalogue: ProviderCatalogue, types: Iterable<string> = catalogue.types): KeptAttributes {
  const kept = new Set<string>();
  const add = (path: string): void => {
    for (const step of path.split('.')) if (NAME.test(step) && !NEVER.has(step)) kept.add(step);
  };
  for (const name of `${PRICED} ${IDENTIFYING}`.split(/\s+/)) if (name !== '') add(name);
  for (const { attributes } of Object.values(CLOUD_TYPES)) for (const path of Object.keys(attributes ?? {})) add(path);
  for (const rule of rules.flatMap((file) => file.rules)) {
    for (const path of rule.evidence) add(path);
    for (const [, path = ''] of rule.when.matchAll(QUOTED)) add(path);
    for (const [, path = ''] of rule.sentence.matchAll(PLACEHOLDER)) add(path);
  }
  for (const name of types) {
    const type = catalogue.type(name);
    const { security, capacity } = type.classes;
    for (const path of [...type.name, ...type.sublabel, ...type.identity, ...type.within, ...type.into, ...security, ...capacity, ...type.price.flatMap((price) => price.attributes), ...Object.values(type.links.to).flat(), ...Object.values(type.links.from).flat()]) add(path);
  }
  const words = new Set(rules.flatMap((file) => file.rules).flatMap((rule) => [...rule.when.matchAll(SOUGHT)].map(([, word = '']) => word)).filter((word) => !/\s/.test(word)));
  return { has: (name) => kept.has(name), words: [...words].sort() };
}

/** Maps whose values are short words of people: names of teams, stages, owners. */
export const TAG_MAPS: ReadonlySet<string> = new Set(['tags', 'tags_all', 'labels', 'user_labels', 'effective_labels', 'terraform_labels', 'resource_labels']);
