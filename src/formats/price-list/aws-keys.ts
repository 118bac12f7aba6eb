/**
 * What a line of AWS's price list or bill is called in the price book.
 *
 * AWS names what is charged by a usage type: a code of the region, then what is used and of which size
 * (`EUC1-EBS:VolumeUsage.gp3`), with an operation that tells variants apart (`RunInstances:0002` is
 * Windows). Price lists and bills share these names, so one table serves both. What is not in the table
 * keeps the vendor's words: it is listed and shown, but no rule asks for it.
 */
export interface BookKey {
  service: string;
  dimension: string;
}

export interface AwsUsage {
  /** `AmazonEC2`: offer code of a list, service code of a bill. */
  offer: string;
  usageType: string;
  operation: string;
  /** Attributes of a price list, where there is one. */
  attributes: Readonly<Record<string, string | undefined>>;
}

const PREFIX = /^(?:(?:US|EU|AP|SA|CA|AF|ME|IL|MX|UG)[A-Z]{0,2}\d{0,2}|[a-z]{2}(?:-[a-z]+)+-\d)-/;

const SYSTEMS: Readonly<Record<string, string>> = { RunInstances: 'Linux', 'RunInstances:0002': 'Windows', 'RunInstances:0010': 'RHEL', 'RunInstances:000g': 'SLES', 'RunInstances:0202': 'Windows with SQL Server Web', 'RunInstances:0006': 'Windows with SQL Server Standard', 'RunInstances:0102': 'Windows with SQL Server Enterprise' };
const ENGINES: Readonly<Record<string, string>> = { '0002': 'MySQL', '0014': 'PostgreSQL', '0018': 'MariaDB', '0016': 'Aurora MySQL', '0021': 'Aurora PostgreSQL', '0005': 'Oracle Enterprise BYOL', '0019': 'Oracle Standard Two BYOL', '0020': 'Oracle Standard Two LI', '0010': 'SQL Server Express', '0011': 'SQL Server Web', '0012': 'SQL Server Standard', '0015': 'SQL Server Enterprise' };
const CACHES: Readonly<Record<string, string>> = { '0001': 'Memcached', '0002': 'Redis', '0003': 'Valkey' };
const VOLUMES: Readonly<Record<string, string>> = { gp2: 'general purpose SSD, gp2', gp3: 'general purpose SSD, gp3', piops: 'provisioned IOPS SSD, io1', io2: 'provisioned IOPS SSD, io2', st1: 'throughput optimized HDD, st1', sc1: 'cold HDD, sc1' };
const BALANCERS: Readonly<Record<string, readonly [name: string, units: string]>> = { 'LoadBalancing:Application': ['Application load balancer', '[ALB]'], 'LoadBalancing:Network': ['Network load balancer', '[NLB]'], 'LoadBalancing:Gateway': ['Gateway load balancer', '[GLB]'] };

/** The engine of a database, by the attributes of a list or the operation of a bill. */
function engineOf({ operation, attributes }: AwsUsage): string | undefined {
  const { databaseEngine: engine, databaseEdition: edition = '', licenseModel = '' } = attributes;
  if (engine === undefined) return ENGINES[operation.split(':')[1] ?? ''];
  if (engine === 'SQL Server') return `SQL Server ${edition}`;
  if (engine === 'Oracle') return `Oracle ${edition === 'Enterprise' ? 'Enterprise BYOL' : `${edition} ${licenseModel.startsWith('Bring') ? 'BYOL' : 'LI'}`}`;
  return engine;
}

type Keys = string | readonly (string | undefined)[] | undefined;
/** Offer, usage type without its region, and `service :: dimension`; `$1` is what the pattern caught. */
type Row = readonly [offer: string, usage: RegExp, keys: Keys | ((caught: string, usage: AwsUsage) => Keys)];

const TABLE: readonly Row[] = [
  ['AmazonEC2', /^BoxUsage:(.+)$/, (type, { operation }) => (SYSTEMS[operation] === undefined ? undefined : `AmazonEC2 :: Instance usage (${SYSTEMS[operation]}, on-demand, ${type})`)],
  ['AmazonEC2', /^SpotUsage:(.+)$/, (type, { operation }) => (SYSTEMS[operation] === undefined ? undefined : `AmazonEC2 :: Instance usage (${SYSTEMS[operation]}, spot, ${type})`)],
  ['AmazonEC2', /^EBS:VolumeUsage\.(gp2|gp3|piops|io2|st1|sc1)$/, (kind) => `aws_ebs_volume :: Storage (${VOLUMES[kind] ?? ''})`],
  ['AmazonEC2', /^EBS:VolumeUsage$/, 'aws_ebs_volume :: Storage (magnetic)'],
  ['AmazonEC2', /^EBS:VolumeP-IOPS\.gp3$/, 'aws_ebs_volume :: Provisioned IOPS [gp3 above 3000]'],
  ['AmazonEC2', /^EBS:VolumeP-IOPS\.piops$/, 'aws_ebs_volume :: Provisioned IOPS [io1/io2]'],
  ['AmazonEC2', /^EBS:VolumeP-Throughput\.gp3$/, 'aws_ebs_volume :: Provisioned throughput'],
  ['AmazonEC2', /^EBS:SnapshotUsage$/, ['aws_ebs_snapshot :: EBS snapshot storage', 'aws_ebs_snapshot_copy :: EBS snapshot storage']],
  ['AmazonEC2', /^CPUCredits:t3$/, 'aws_instance :: CPU credits'],
  ['AmazonEC2', /^NatGateway-Hours$/, 'aws_nat_gateway :: NAT gateway'],
  ['AmazonEC2', /^NatGateway-Bytes$/, 'aws_nat_gateway :: Data processed'],
  ['AmazonVPC', /^PublicIPv4:InUseAddress$/, 'aws_public_ipv4 :: Public IPv4 address, in use or idle'],
  ['AmazonVPC', /^VpcEndpoint-Hours$/, 'aws_vpc_endpoint :: Endpoint (Interface)'],
  ['AmazonVPC', /^VpcEndpoint-Bytes$/, 'aws_vpc_endpoint :: Data processed (first 1PB)'],
  ['AmazonVPC', /^VPN-Usage-Hours:ipsec\.1$/, 'aws_vpn_connection :: VPN connection'],
  ['AmazonVPC', /^TransitGateway-Hours$/, 'aws_ec2_transit_gateway_vpc_attachment :: Transit gateway attachment'],
  ['AmazonVPC', /^TransitGateway-Bytes$/, 'aws_ec2_transit_gateway_vpc_attachment :: Data processed'],
  ['AmazonVPC', /^ClientVPN-EndpointHours$/, 'aws_ec2_client_vpn_network_association :: Endpoint association'],
  ['AmazonVPC', /^ClientVPN-ConnectionHours$/, 'aws_ec2_client_vpn_endpoint :: Connection'],
  ['AWSELB', /^LoadBalancerUsage$/, (_, { operation }) => (operation === 'LoadBalancing' ? 'aws_elb :: Classic load balancer' : BALANCERS[operation] === undefined ? undefined : `aws_lb :: ${BALANCERS[operation][0]}`)],
  ['AWSELB', /^LCUUsage$/, (_, { operation }) => (BALANCERS[operation] === undefined ? undefined : `aws_lb :: Load balancer capacity units ${BALANCERS[operation][1]}`)],
  ['AWSELB', /^DataProcessing-Bytes$/, (_, { operation }) => (operation === 'LoadBalancing' ? 'aws_elb :: Data processed' : undefined)],
  ['AmazonRDS', /^InstanceUsage:(db\..+)$/, (type, usage) => (engineOf(usage) === undefined ? undefined : `AmazonRDS :: Database instance (${engineOf(usage) ?? ''}, Single-AZ, ${type})`)],
  ['AmazonRDS', /^Multi-AZUsage:(db\..+)$/, (type, usage) => (engineOf(usage) === undefined ? undefined : `AmazonRDS :: Database instance (${engineOf(usage) ?? ''}, Multi-AZ, ${type})`)],
  ['AmazonRDS', /^InstanceUsageIOOptimized:(db\..+)$/, (type) => `AmazonRDS :: Database instance (Aurora I/O-Optimized, Single-AZ, ${type})`],
  ['AmazonRDS', /^RDS:(GP[23])-Storage$/, (kind) => `aws_db_instance :: Storage (general purpose SSD, ${kind.toLowerCase()}) [Single-AZ]`],
  ['AmazonRDS', /^RDS:Multi-AZ-(GP[23])-Storage$/, (kind) => `aws_db_instance :: Storage (general purpose SSD, ${kind.toLowerCase()}) [Multi-AZ]`],
  ['AmazonRDS', /^RDS:PIOPS-Storage$/, 'aws_db_instance :: Storage (provisioned IOPS SSD, io1)'],
  ['AmazonRDS', /^RDS:PIOPS$/, 'aws_db_instance :: Provisioned IOPS'],
  ['AmazonRDS', /^RDS:StorageUsage$/, 'aws_db_instance :: Storage (magnetic)'],
  ['AmazonRDS', /^RDS:ChargedBackupUsage$/, 'aws_db_instance :: Additional backup storage [RDS]'],
  ['AmazonRDS', /^Aurora:StorageUsage$/, 'aws_rds_cluster :: Storage'],
  ['AmazonRDS', /^Aurora:IO-OptimizedStorageUsage$/, 'aws_rds_cluster :: Storage (I/O-optimized)'],
  ['AmazonRDS', /^Aurora:StorageIOUsage$/, 'aws_rds_cluster :: I/O requests'],
  ['AmazonRDS', /^Aurora:ServerlessV2Usage$/, 'aws_rds_cluster_instance :: Aurora serverless v2'],
  ['AmazonRDS', /^Aurora:ServerlessV2UsageIOOptimized$/, 'aws_rds_cluster_instance :: Aurora serverless v2 (I/O-optimized)'],
  ['AmazonElastiCache', /^NodeUsage:(cache\..+)$/, (type, { operation, attributes }) => ((attributes['cacheEngine'] ?? CACHES[operation.split(':')[1] ?? '']) === undefined ? undefined : `AmazonElastiCache :: Node (${attributes['cacheEngine'] ?? CACHES[operation.split(':')[1] ?? ''] ?? ''}, ${type})`)],
  ['AmazonElastiCache', /^BackupUsage$/, ['aws_elasticache_cluster :: Backup storage', 'aws_elasticache_replication_group :: Backup storage']],
  ['AmazonES', /^ESInstance:(.+?)(?:\.search)?$/, (type) => `AmazonOpenSearch :: Node (${type}.search)`],
  ['AmazonES', /^ES:(GP[23]|PIOPS|Magnetic)-Storage$/, (kind) => `aws_opensearch_domain :: Storage (${({ GP2: 'gp2', GP3: 'gp3', PIOPS: 'io1' } as Readonly<Record<string, string>>)[kind] ?? 'standard'})`],
  ['AmazonRedshift', /^Node:(.+)$/, 'aws_redshift_cluster :: Cluster usage (on-demand, $1)'],
  ['AmazonMSK', /^Kafka\.((?:m|t)\d.+)$/, 'aws_msk_cluster :: Instance (kafka.$1)'],
  ['AmazonMSK', /^Kafka\.Storage\.GP2$/, 'aws_msk_cluster :: Storage'],
  ['AmazonMemoryDB', /^NodeUsage:(db\..+)$/, 'aws_memorydb_cluster :: Node ($1)'],
  ['AmazonDocDB', /^InstanceUsage:(db\..+)$/, 'aws_docdb_cluster_instance :: Database instance (on-demand, $1)'],
  ['AmazonDocDB', /^StorageUsage$/, ['aws_docdb_cluster :: Storage', 'aws_docdb_cluster_instance :: Storage']],
  ['AmazonDocDB', /^StorageIOUsage$/, ['aws_docdb_cluster :: I/O requests', 'aws_docdb_cluster_instance :: I/O requests']],
  ['AmazonNeptune', /^InstanceUsage:(db\..+)$/, 'aws_neptune_cluster_instance :: Database instance (on-demand, $1)'],
  ['AmazonSageMaker', /^Host:(ml\..+)$/, 'aws_sagemaker_endpoint_configuration :: Endpoint instance ($1)'],
  ['AmazonSageMaker', /^Notebk:(ml\..+)$/, 'aws_sagemaker_endpoint_configuration :: Notebook instance ($1)'],
  ['AmazonDynamoDB', /^WriteCapacityUnit-Hrs$/, 'aws_dynamodb_table :: Write capacity unit (WCU)'],
  ['AmazonDynamoDB', /^ReadCapacityUnit-Hrs$/, 'aws_dynamodb_table :: Read capacity unit (RCU)'],
  ['AmazonDynamoDB', /^WriteRequestUnits$/, 'aws_dynamodb_table :: Write request unit (WRU)'],
  ['AmazonDynamoDB', /^ReadRequestUnits$/, 'aws_dynamodb_table :: Read request unit (RRU)'],
  ['AmazonDynamoDB', /^TimedStorage-ByteHrs$/, 'aws_dynamodb_table :: Data storage'],
  ['AmazonDynamoDB', /^TimedPITRStorage-ByteHrs$/, 'aws_dynamodb_table :: Point-In-Time Recovery (PITR) backup storage'],
  ['AmazonS3', /^TimedStorage-ByteHrs$/, 'aws_s3_bucket :: Standard: Storage'],
  ['AmazonS3', /^Requests-Tier1$/, 'aws_s3_bucket :: Standard: PUT, COPY, POST, LIST requests'],
  ['AmazonS3', /^Requests-Tier2$/, 'aws_s3_bucket :: Standard: GET, SELECT, and all other requests'],
  ['AWSLambda', /^Request$/, 'aws_lambda_function :: Requests'],
  ['AWSLambda', /^Lambda-GB-Second$/, 'aws_lambda_function :: Duration (first 6B)'],
  ['AWSLambda', /^Lambda-GB-Second-ARM$/, 'aws_lambda_function :: Duration (first 7.5B)'],
  ['AWSQueueService', /^Requests-Tier1$/, 'aws_sqs_queue :: Requests [standard]'],
  ['AWSQueueService', /^Requests-FIFO-Tier1$/, 'aws_sqs_queue :: Requests [FIFO]'],
  ['awskms', /^KMS-Keys$/, 'aws_kms_key :: Customer master key'],
  ['awskms', /^KMS-Requests$/, 'aws_kms_key :: Requests'],
  ['AWSSecretsManager', /^AWSSecretsManager-Secrets$/, 'aws_secretsmanager_secret :: Secret'],
  ['AWSSecretsManager', /^AWSSecretsManagerAPIRequest$/, 'aws_secretsmanager_secret :: API requests'],
  ['AmazonRoute53', /^HostedZone$/, 'aws_route53_zone :: Hosted zone'],
  ['AmazonRoute53', /^DNS-Queries$/, 'aws_route53_record :: Standard queries (first 1B)'],
  ['AmazonCloudWatch', /^DataProcessing-Bytes$/, 'aws_cloudwatch_log_group :: Data ingested'],
  ['AmazonCloudWatch', /^TimedStorage-ByteHrs$/, 'aws_cloudwatch_log_group :: Archival Storage'],
  ['AmazonCloudWatch', /^CW:AlarmMonitorUsage$/, 'aws_cloudwatch_metric_alarm :: Standard resolution'],
  ['AmazonCloudWatch', /^CW:HighResAlarmMonitorUsage$/, 'aws_cloudwatch_metric_alarm :: High resolution'],
  ['AmazonEKS', /^AmazonEKS-Hours:perCluster$/, 'aws_eks_cluster :: EKS cluster'],
  ['AmazonEKS', /^AmazonEKS-Hours:extendedSupport$/, 'aws_eks_cluster :: EKS cluster (extended support)'],
  ['AmazonECS', /^Fargate-vCPU-Hours:perCPU$/, ['aws_ecs_service :: Per vCPU per hour', 'aws_eks_fargate_profile :: Per vCPU per hour']],
  ['AmazonECS', /^Fargate-GB-Hours$/, ['aws_ecs_service :: Per GB per hour', 'aws_eks_fargate_profile :: Per GB per hour']],
  ['AmazonECS', /^Fargate-ARM-vCPU-Hours:perCPU$/, 'aws_ecs_service :: Per vCPU per hour [ARM]'],
  ['AmazonECS', /^Fargate-ARM-GB-Hours$/, 'aws_ecs_service :: Per GB per hour [ARM]'],
  ['AmazonEFS', /^TimedStorage-ByteHrs$/, 'aws_efs_file_system :: Storage (standard)'],
  ['AmazonECR', /^TimedStorage-ByteHrs$/, 'aws_ecr_repository :: Storage'],
  ['AmazonKinesis', /^Storage-ShardHour$/, 'aws_kinesis_stream :: PROVISIONED'],
  ['AmazonKinesis', /^PutRequestPayloadUnits$/, 'aws_kinesis_stream :: Put request unit'],
  ['awswaf', /^WebACLV2$/, 'aws_wafv2_web_acl :: Web ACL usage'],
  ['awswaf', /^RuleV2$/, 'aws_wafv2_web_acl :: Rules'],
  ['AmazonApiGateway', /^ApiGatewayRequest$/, 'aws_api_gateway_rest_api :: Requests (first 333M)'],
  ['AmazonApiGateway', /^ApiGatewayHttpRequest$/, 'aws_apigatewayv2_api :: Requests (first 300M)'],
  ['AWSGlue', /^ETL-DPU-Hour$/, 'aws_glue_job :: Duration'],
  ['AmazonStates', /^StateTransition$/, 'aws_sfn_state_machine :: Transitions'],
  ['CodeBuild', /^Build-Min:Linux:g1\.(small|medium|large)$/, 'aws_codebuild_project :: Linux (general1.$1)'],
];

/** Names that bills have for offers. */
const OFFERS: Readonly<Record<string, string>> = { 'Amazon Elastic Compute Cloud': 'AmazonEC2', 'Amazon EC2': 'AmazonEC2', 'Amazon Virtual Private Cloud': 'AmazonVPC', 'Elastic Load Balancing': 'AWSELB', 'Amazon Relational Database Service': 'AmazonRDS', 'Amazon ElastiCache': 'AmazonElastiCache', 'Amazon OpenSearch Service': 'AmazonES', 'AWS Lambda': 'AWSLambda', 'Amazon Simple Storage Service': 'AmazonS3', 'Amazon DynamoDB': 'AmazonDynamoDB', AmazonCloudWatch: 'AmazonCloudWatch', 'AWS Key Management Service': 'awskms', 'AWS Secrets Manager': 'AWSSecretsManager' };

/** The book's keys of a usage type; empty where no rule asks for it. */
export function awsKeys(given: AwsUsage): BookKey[] {
  const offer = OFFERS[given.offer] ?? given.offer;
  const usageType = given.usageType.replace(PREFIX, '');
  // Volumes, gateways and balancers stand in the list of EC2 as well as in their own.
  const offers = new Set(offer === 'AmazonEC2' ? ['AmazonEC2', 'AmazonVPC', 'AWSELB'] : offer === 'AmazonVPC' ? ['AmazonVPC', 'AmazonEC2'] : [offer]);
  for (const [of, pattern, keys] of TABLE) {
    const found = offers.has(of) ? pattern.exec(usageType) : null;
    if (found === null) continue;
    const caught = found[1] ?? '';
    const named = typeof keys === 'function' ? keys(caught, { ...given, usageType }) : keys;
    return (named === undefined ? [] : typeof named === 'string' ? [named] : named).flatMap((key) => {
      const [service, dimension] = (key ?? '').replace('$1', caught).split(' :: ');
      return service === undefined || dimension === undefined ? [] : [{ service, dimension }];
    });
  }
  return [];
}
