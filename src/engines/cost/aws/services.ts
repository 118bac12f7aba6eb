/** Functions, containers, files, messages, logs and keys of AWS. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';

function lambda(c: Costing): void {
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests'));
  const arm = (): boolean => c.list('architectures').includes('arm64');
  const duration = c.usage.get('request_duration_ms')?.value;
  c.onUsage('Duration', 'monthly_requests', () => c.fact(arm() ? 'Duration (first 7.5B)' : 'Duration (first 6B)'), (requests) => {
    if (duration === undefined) throw new Undetermined('depends on usage: request_duration_ms');
    const gigabytes = (c.number('memory_size') ?? decimal(128)).dividedBy(decimal(1024), 6);
    return requests.times(duration).times(gigabytes).times(decimal('0.001'));
  });
}

/** Fargate by task; on EC2 the instances are what is charged. */
function ecsService(c: Costing): void {
  const task = c.follow('task_definition', 'aws_ecs_task_definition');
  const inner = task === undefined ? undefined : c.on(task);
  const provider = attempt(() => c.text('capacity_provider_strategy.capacity_provider'));
  const launch = attempt(() => c.text('launch_type') ?? ('value' in provider && provider.value?.startsWith('FARGATE') === true ? 'FARGATE' : 'EC2'));
  if ('value' in launch && launch.value !== 'FARGATE') {
    c.free = 'its tasks run on instances, which are charged themselves';
    return;
  }
  const arm = inner === undefined ? undefined : attempt(() => inner.text('runtime_platform.cpu_architecture') === 'ARM64');
  const suffix = arm !== undefined && 'value' in arm && arm.value ? ' [ARM]' : '';
  const part = (path: string) => (): Decimal => {
    if (inner === undefined) throw new Undetermined('its task definition is not among the resources');
    const share = inner.number(path);
    if (share === undefined) throw new Undetermined(`${path} of the task definition is not given`);
    return share.dividedBy(decimal(1024), 6).times(c.number('desired_count') ?? decimal(1));
  };
  c.fixed('vCPU', () => c.fact(`Per vCPU per hour${suffix}`), part('cpu'));
  c.fixed('Memory', () => c.fact(`Per GB per hour${suffix}`), part('memory'));
}

function eksCluster(c: Costing): void {
  c.fixed('Control plane', () => c.fact('EKS cluster'));
  const policy = attempt(() => c.text('upgrade_policy.support_type'));
  if ('value' in policy && policy.value === 'EXTENDED') c.notes.push('0.60 instead of 0.10 an hour once its version is in extended support');
}

function files(c: Costing): void {
  const oneZone = attempt(() => c.text('availability_zone_name') !== undefined);
  c.onUsage('Storage', 'storage_gb', () => c.fact('value' in oneZone && oneZone.value ? 'Storage (one zone)' : 'Storage (standard)'));
  const throughput = attempt(() => (c.text('throughput_mode') === 'provisioned' ? c.number('provisioned_throughput_in_mibps') : undefined));
  if ('undetermined' in throughput) c.unknown('Provisioned throughput', 'fixed', throughput.undetermined);
  else if (throughput.value !== undefined) c.fixed('Provisioned throughput', () => c.fact('Provisioned throughput'), () => throughput.value ?? 0);
}

function fsx(c: Costing): void {
  const kind = c.resource.type === 'aws_fsx_windows_file_system' && c.text('storage_type') === 'HDD' ? 'HDD storage' : 'SSD storage';
  const zones = (): Decimal => decimal(c.text('deployment_type')?.startsWith('MULTI_AZ') === true ? 2 : 1);
  c.fixed('Storage', () => c.fact(kind), () => {
    const size = c.number('storage_capacity');
    if (size === undefined) throw new Undetermined('storage_capacity is not given');
    return size.times(zones());
  });
  c.fixed('Throughput', () => c.fact('Throughput capacity'), () => c.number('throughput_capacity') ?? 8);
}

function bucket(c: Costing): void {
  c.onUsage('Storage (standard)', 'storage_gb', () => c.fact('Standard: Storage'));
  c.onUsage('Write requests', 'monthly_write_requests', () => c.fact('Standard: PUT, COPY, POST, LIST requests'));
  c.onUsage('Read requests', 'monthly_read_requests', () => c.fact('Standard: GET, SELECT, and all other requests'));
}

function alarm(c: Costing): void {
  const short = attempt(() => (c.number('period') ?? decimal(60)).compare(decimal(60)) < 0);
  const metrics = attempt(() => c.list('metric_query').filter((query) => c.list('metric', query).length > 0).length);
  const count = 'value' in metrics && metrics.value > 0 ? metrics.value : 1;
  c.fixed('Alarm', () => c.fact('value' in short && short.value ? 'High resolution' : 'Standard resolution'), () => count);
}

function airflow(c: Costing): void {
  const size = (): string => {
    const name = (c.text('environment_class') ?? 'mw1.small').split('.')[1] ?? 'small';
    return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  };
  c.fixed('Environment', () => c.fact(`Environment (${size()})`));
  c.onUsage('Workers', 'additional_workers', () => c.fact(`Worker (${size()})`));
}

function directory(c: Costing): void {
  const kind = (): string => {
    const type = c.text('type') ?? 'SimpleAD';
    if (type === 'MicrosoftAD') return `Microsoft AD, ${c.text('edition') ?? 'Enterprise'}`;
    return `${type === 'ADConnector' ? 'AD Connector' : 'Simple AD'}, ${c.text('size') ?? 'Small'}`;
  };
  // A Microsoft directory is charged by its domain controllers, of which there are at least two.
  c.fixed('Directory', () => c.fact(`Directory service (${kind()})`), () => (c.text('type') === 'MicrosoftAD' ? (c.number('desired_number_of_domain_controllers') ?? 2) : 1));
}

function codeBuild(c: Costing): void {
  const system = (): string => (c.text('environment.type')?.startsWith('WINDOWS') === true ? 'Windows' : 'Linux');
  const size = (): string => c.needed('environment.compute_type').replace('BUILD_', '').toLowerCase().replace('general1_', 'general1.');
  c.onUsage('Build minutes', 'monthly_build_minutes', () => c.fact(`${system()} (${size()})`), (minutes) => minutes);
}

function transfer(c: Costing): void {
  const protocols = attempt(() => c.list('protocols').filter((one): one is string => typeof one === 'string'));
  for (const protocol of 'value' in protocols && protocols.value.length > 0 ? protocols.value : ['SFTP']) c.fixed(`Endpoint for ${protocol}`, () => c.fact(`${protocol} protocol enabled`));
  c.onUsage('Data moved', 'monthly_data_processed_gb', () => c.fact('Data downloaded'));
}

function parameter(c: Costing): void {
  if (c.text('tier') === 'Advanced') c.fixed('Advanced parameter', () => c.fact('Parameter storage (advanced)'));
  else c.free = 'standard parameters carry no charge';
}

const key = (c: Costing): void => {
  c.fixed('Key', () => c.fact('Customer master key', ['aws_kms_key']));
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests', ['aws_kms_key']));
};

export const AWS_SERVICES: CosterTable = {
  aws_lambda_function: lambda,
  aws_ecs_service: ecsService,
  aws_ecs_task_definition: (c) => {
    c.elsewhere = 'priced with the services that run it';
  },
  aws_eks_cluster: eksCluster,
  aws_eks_fargate_profile: (c) => {
    c.onUsage('vCPU', 'average_vcpu', () => c.fact('Per vCPU per hour', ['aws_eks_fargate_profile', 'aws_ecs_service']));
    c.onUsage('Memory', 'average_memory_gb', () => c.fact('Per GB per hour', ['aws_eks_fargate_profile', 'aws_ecs_service']));
  },
  aws_efs_file_system: files,
  aws_fsx_windows_file_system: fsx,
  aws_fsx_openzfs_file_system: fsx,
  aws_s3_bucket: bucket,
  aws_sqs_queue: (c) => {
    const fifo = attempt(() => c.flag('fifo_queue'));
    c.onUsage('Requests', 'monthly_requests', () => c.fact('value' in fifo && fifo.value ? 'Requests [FIFO]' : 'Requests [standard]'));
  },
  aws_sns_topic: (c) => c.onUsage('Requests', 'monthly_requests', () => c.fact('API requests (over 1M)')),
  aws_cloudwatch_log_group: (c) => {
    c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested'));
    c.onUsage('Storage', 'storage_gb', () => c.fact('Archival Storage'));
  },
  aws_cloudwatch_metric_alarm: alarm,
  aws_cloudwatch_dashboard: (c) => c.fixed('Dashboard', () => c.fact('Dashboard')),
  aws_kms_key: key,
  aws_kms_replica_key: key,
  aws_kms_external_key: key,
  aws_secretsmanager_secret: (c) => {
    c.fixed('Secret', () => c.fact('Secret'));
    c.onUsage('Requests', 'monthly_requests', () => c.fact('API requests'));
  },
  aws_ssm_parameter: parameter,
  aws_ecr_repository: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact('Storage')),
  aws_codebuild_project: codeBuild,
  aws_glue_job: (c) => c.onUsage('Run hours', 'monthly_run_hours', () => c.fact('Duration'), (hours) => hours.times(c.number('number_of_workers') ?? c.number('max_capacity') ?? decimal(10))),
  aws_glue_crawler: (c) => c.onUsage('Run hours', 'monthly_run_hours', () => c.fact('Duration'), (hours) => hours),
  aws_mwaa_environment: airflow,
  aws_sagemaker_endpoint_configuration: (c) => c.unknown('Instances', 'fixed', 'the price book has no prices of SageMaker'),
  aws_backup_vault: (c) => c.onUsage('Snapshots of disks', 'backup_gb', () => c.fact('EBS snapshot')),
  aws_config_config_rule: (c) => c.onUsage('Evaluations', 'monthly_evaluations', () => c.fact('Rule evaluations (first 100K)'), (count) => count),
  aws_config_configuration_recorder: (c) => c.onUsage('Configuration items', 'monthly_items', () => c.fact('Config items'), (count) => count),
  aws_transfer_server: transfer,
  aws_directory_service_directory: directory,
  aws_sfn_state_machine: (c) => {
    const express = attempt(() => c.text('type') === 'EXPRESS');
    const isExpress = 'value' in express && express.value;
    c.onUsage(isExpress ? 'Requests' : 'Transitions', isExpress ? 'monthly_requests' : 'monthly_transitions', () => c.fact(isExpress ? 'Requests' : 'Transitions'));
  },
  aws_cloudtrail: (c) => c.onUsage('Data events', 'monthly_events', () => c.fact('Data events')),
};
