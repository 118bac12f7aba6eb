/**
 * Which resource type of Terraform is which type of an inventory, and which of its attributes exports tell.
 *
 * Only types that are here are called missing or compared by their short ids; others are matched by their full
 * name (ARN, resource id, full resource name) alone, where no type is needed. Names of types are those of
 * AWS Config, AWS Resource Explorer, Azure Resource Graph and Cloud Asset Inventory.
 */
interface CloudType {
  /** Lower case; several where exports differ. */
  cloud: readonly string[];
  /** Attribute of the state -> path in the export's configuration. */
  attributes?: { readonly [attribute: string]: string };
  /** Usually made along with something else: joined to it where that is managed. */
  child?: true;
}

const aws = (config: string, explorer: string, attributes?: CloudType['attributes'], child?: true): CloudType => ({ cloud: [`aws::${config}`, explorer], ...(attributes === undefined ? {} : { attributes }), ...(child === undefined ? {} : { child }) });
const cloud = (name: string, attributes?: CloudType['attributes'], child?: true): CloudType => ({ cloud: [name], ...(attributes === undefined ? {} : { attributes }), ...(child === undefined ? {} : { child }) });

export const CLOUD_TYPES: Readonly<Record<string, CloudType>> = {
  aws_instance: aws('ec2::instance', 'ec2:instance', { instance_type: 'instanceType', subnet_id: 'subnetId', ami: 'imageId' }),
  aws_ebs_volume: aws('ec2::volume', 'ec2:volume', { size: 'size', type: 'volumeType', encrypted: 'encrypted' }, true),
  aws_network_interface: aws('ec2::networkinterface', 'ec2:network-interface', {}, true),
  aws_eip: aws('ec2::eip', 'ec2:elastic-ip'),
  aws_vpc: aws('ec2::vpc', 'ec2:vpc', { cidr_block: 'cidrBlock' }),
  aws_subnet: aws('ec2::subnet', 'ec2:subnet', { cidr_block: 'cidrBlock', map_public_ip_on_launch: 'mapPublicIpOnLaunch' }),
  aws_security_group: aws('ec2::securitygroup', 'ec2:security-group'),
  aws_vpc_security_group_ingress_rule: aws('ec2::securitygrouprule', 'ec2:security-group-rule', {}, true),
  aws_internet_gateway: aws('ec2::internetgateway', 'ec2:internet-gateway'),
  aws_nat_gateway: aws('ec2::natgateway', 'ec2:natgateway'),
  aws_route_table: aws('ec2::routetable', 'ec2:route-table'),
  aws_network_acl: aws('ec2::networkacl', 'ec2:network-acl'),
  aws_vpc_endpoint: aws('ec2::vpcendpoint', 'ec2:vpc-endpoint'),
  aws_launch_template: aws('ec2::launchtemplate', 'ec2:launch-template'),
  aws_autoscaling_group: aws('autoscaling::autoscalinggroup', 'autoscaling:autoscalinggroup', { min_size: 'minSize', max_size: 'maxSize' }),
  aws_lb: aws('elasticloadbalancingv2::loadbalancer', 'elasticloadbalancing:loadbalancer/app', { internal: 'internal' }),
  aws_lb_target_group: aws('elasticloadbalancingv2::targetgroup', 'elasticloadbalancing:targetgroup'),
  aws_lb_listener: aws('elasticloadbalancingv2::listener', 'elasticloadbalancing:listener/app', {}, true),
  aws_db_instance: aws('rds::dbinstance', 'rds:db', { instance_class: 'dBInstanceClass', multi_az: 'multiAZ', publicly_accessible: 'publiclyAccessible', storage_encrypted: 'storageEncrypted', allocated_storage: 'allocatedStorage' }),
  aws_rds_cluster: aws('rds::dbcluster', 'rds:cluster', { storage_encrypted: 'storageEncrypted' }),
  aws_db_subnet_group: aws('rds::dbsubnetgroup', 'rds:subgrp'),
  aws_elasticache_cluster: aws('elasticache::cachecluster', 'elasticache:cluster', {}, true),
  aws_elasticache_replication_group: aws('elasticache::replicationgroup', 'elasticache:replicationgroup'),
  aws_s3_bucket: aws('s3::bucket', 's3:bucket'),
  aws_dynamodb_table: aws('dynamodb::table', 'dynamodb:table'),
  aws_lambda_function: aws('lambda::function', 'lambda:function', { runtime: 'runtime', memory_size: 'memorySize', timeout: 'timeout' }),
  aws_sqs_queue: aws('sqs::queue', 'sqs:queue'),
  aws_sns_topic: aws('sns::topic', 'sns:topic'),
  aws_kms_key: aws('kms::key', 'kms:key'),
  aws_secretsmanager_secret: aws('secretsmanager::secret', 'secretsmanager:secret'),
  aws_iam_role: aws('iam::role', 'iam:role'),
  aws_iam_user: aws('iam::user', 'iam:user'),
  aws_iam_policy: aws('iam::policy', 'iam:policy'),
  aws_eks_cluster: aws('eks::cluster', 'eks:cluster'),
  aws_ecs_cluster: aws('ecs::cluster', 'ecs:cluster'),
  aws_ecs_service: aws('ecs::service', 'ecs:service'),
  aws_ecr_repository: aws('ecr::repository', 'ecr:repository'),
  aws_cloudfront_distribution: aws('cloudfront::distribution', 'cloudfront:distribution'),
  aws_route53_zone: aws('route53::hostedzone', 'route53:hostedzone'),
  aws_cloudwatch_log_group: aws('logs::loggroup', 'logs:log-group'),
  aws_cloudwatch_metric_alarm: aws('cloudwatch::alarm', 'cloudwatch:alarm'),
  aws_acm_certificate: aws('acm::certificate', 'acm:certificate'),
  aws_efs_file_system: aws('efs::filesystem', 'elasticfilesystem:file-system'),
  azurerm_resource_group: cloud('microsoft.resources/subscriptions/resourcegroups', { location: 'location' }),
  azurerm_linux_virtual_machine: cloud('microsoft.compute/virtualmachines', { size: 'hardwareProfile.vmSize', location: 'location' }),
  azurerm_windows_virtual_machine: cloud('microsoft.compute/virtualmachines', { size: 'hardwareProfile.vmSize', location: 'location' }),
  azurerm_managed_disk: cloud('microsoft.compute/disks', { disk_size_gb: 'diskSizeGB', location: 'location' }, true),
  azurerm_virtual_network: cloud('microsoft.network/virtualnetworks', { location: 'location' }),
  azurerm_subnet: cloud('microsoft.network/virtualnetworks/subnets', {}, true),
  azurerm_network_security_group: cloud('microsoft.network/networksecuritygroups', { location: 'location' }),
  azurerm_public_ip: cloud('microsoft.network/publicipaddresses', { location: 'location' }),
  azurerm_network_interface: cloud('microsoft.network/networkinterfaces', { location: 'location' }, true),
  azurerm_storage_account: cloud('microsoft.storage/storageaccounts', { min_tls_version: 'minimumTlsVersion', https_traffic_only_enabled: 'supportsHttpsTrafficOnly', location: 'location' }),
  azurerm_key_vault: cloud('microsoft.keyvault/vaults', { location: 'location' }),
  azurerm_kubernetes_cluster: cloud('microsoft.containerservice/managedclusters', { kubernetes_version: 'kubernetesVersion', location: 'location' }),
  azurerm_mssql_server: cloud('microsoft.sql/servers', { location: 'location' }),
  azurerm_postgresql_flexible_server: cloud('microsoft.dbforpostgresql/flexibleservers', { location: 'location' }),
  azurerm_service_plan: cloud('microsoft.web/serverfarms', { location: 'location' }),
  azurerm_linux_web_app: cloud('microsoft.web/sites', { https_only: 'httpsOnly', location: 'location' }),
  google_compute_instance: cloud('compute.googleapis.com/instance', { machine_type: 'machineType', can_ip_forward: 'canIpForward', deletion_protection: 'deletionProtection' }),
  google_compute_disk: cloud('compute.googleapis.com/disk', { size: 'sizeGb', type: 'type' }, true),
  google_compute_network: cloud('compute.googleapis.com/network'),
  google_compute_subnetwork: cloud('compute.googleapis.com/subnetwork', { ip_cidr_range: 'ipCidrRange' }),
  google_compute_firewall: cloud('compute.googleapis.com/firewall'),
  google_compute_address: cloud('compute.googleapis.com/address'),
  google_storage_bucket: cloud('storage.googleapis.com/bucket', { storage_class: 'storageClass' }),
  google_sql_database_instance: cloud('sqladmin.googleapis.com/instance', { database_version: 'databaseVersion' }),
  google_container_cluster: cloud('container.googleapis.com/cluster'),
  google_container_node_pool: cloud('container.googleapis.com/nodepool', {}, true),
  google_pubsub_topic: cloud('pubsub.googleapis.com/topic'),
  google_pubsub_subscription: cloud('pubsub.googleapis.com/subscription'),
  google_service_account: cloud('iam.googleapis.com/serviceaccount'),
};

/** Cloud type -> types of Terraform that it may be. */
export const TERRAFORM_TYPES: ReadonlyMap<string, readonly string[]> = invert();

function invert(): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const [type, { cloud: names }] of Object.entries(CLOUD_TYPES)) for (const name of names) types.set(name, [...(types.get(name) ?? []), type]);
  for (const kind of ['net', 'gwy']) types.set(`elasticloadbalancing:loadbalancer/${kind}`, ['aws_lb']);
  return types;
}
