/** Functions, containers, files, messages, logs and keys of AWS. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { ec2Price } from '../../price-book/machine-prices.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { timesPrice } from '../../price-book/price.ts';
import { orRelated, reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, numberIn, Undetermined } from '../costing.ts';
import { above } from './disks.ts';
import { isExtendedEks } from './support-dates.ts';

type Found = Price | UnknownPrice;

function lambda(c: Costing): void {
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests'));
  const arm = (): boolean => c.list('architectures').includes('arm64');
  const duration = c.usage.get('request_duration_ms')?.value;
  c.onUsage('Duration', 'monthly_requests', () => c.fact(arm() ? 'Duration (first 7.5B)' : 'Duration (first 6B)'), (requests) => {
    if (duration === undefined) throw new Undetermined('depends on usage: request_duration_ms');
    const gigabytes = (c.number('memory_size') ?? decimal(128)).dividedBy(decimal(1024), 6);
    return requests.times(duration).times(gigabytes).times(decimal('0.001'));
  });
  const scratch = attempt(() => above(c.number('ephemeral_storage.size'), decimal(512)));
  if ('value' in scratch && scratch.value !== undefined) {
    c.onUsage('Ephemeral storage above 512 MB', 'monthly_requests', () => c.fact('Ephemeral storage'), (requests) => {
      if (duration === undefined) throw new Undetermined('depends on usage: request_duration_ms');
      return requests.times(duration).times(decimal('0.001')).times((scratch.value ?? decimal(0)).dividedBy(decimal(1024), 6));
    });
  }
}

/** Kept warm all month: GB-seconds of the function's memory. The book has the price of arm64; that of x86_64 is a quarter more. */
function provisionedConcurrency(c: Costing): void {
  const target = c.follow('function_name', 'aws_lambda_function', 'aws_lambda_alias');
  const lambdaFunction = target?.type === 'aws_lambda_alias' ? c.on(target).follow('function_name', 'aws_lambda_function') : target;
  const inner = lambdaFunction === undefined ? undefined : c.on(lambdaFunction);
  const arm = attempt(() => inner?.list('architectures').includes('arm64') === true);
  const price = (dimension: string): Found => {
    const found = c.fact(dimension);
    return 'value' in arm && arm.value ? found : reduced(found, decimal('1.25'), 'x86_64, 1.25 x arm64');
  };
  const gigabytes = (): Decimal => {
    if (inner === undefined) throw new Undetermined('its function is not among the resources');
    return (inner.number('memory_size') ?? decimal(128)).dividedBy(decimal(1024), 6);
  };
  c.fixed('Provisioned concurrency', () => price('Provisioned Concurrency'), () => (c.number('provisioned_concurrent_executions') ?? decimal(1)).times(gigabytes()));
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests'));
  c.onUsage('Duration', 'monthly_requests', () => price('Duration'), (requests) => {
    const duration = c.usage.get('request_duration_ms')?.value;
    if (duration === undefined) throw new Undetermined('depends on usage: request_duration_ms');
    return requests.times(duration).times(gigabytes()).times(decimal('0.001'));
  });
}

/** `1024`, `1 vCPU`; `2048`, `2 GB`: of 1,024 to a vCPU or a GB. */
function share(inner: Costing, path: string): Decimal {
  const text = inner.text(path);
  const found = text === undefined ? null : /^([\d.]+)\s*(vcpu|gb)?$/i.exec(text.trim());
  if (found === null) throw new Undetermined(`${path} of the task definition is not given`);
  const number = numberIn(found[1] ?? '0', path);
  return found[2] === undefined ? number.dividedBy(decimal(1024), 6) : number;
}

/** Fargate by task; on EC2 the instances are what is charged. */
function ecsService(c: Costing): void {
  const task = c.follow('task_definition', 'aws_ecs_task_definition');
  const inner = task === undefined ? undefined : c.on(task);
  const provider = attempt(() => c.text('capacity_provider_strategy.capacity_provider'));
  const named = 'value' in provider ? (provider.value ?? '') : '';
  const launch = attempt(() => c.text('launch_type') ?? (named.startsWith('FARGATE') ? 'FARGATE' : 'EC2'));
  if ('value' in launch && launch.value !== 'FARGATE') {
    c.free = 'its tasks run on instances, which are charged themselves';
    return;
  }
  const read = (path: string): string | undefined => {
    const found = inner === undefined ? undefined : attempt(() => inner.text(path));
    return found !== undefined && 'value' in found ? found.value : undefined;
  };
  const suffix = `${read('runtime_platform.operating_system_family')?.startsWith('WINDOWS') === true ? ' [Windows]' : read('runtime_platform.cpu_architecture') === 'ARM64' ? ' [ARM]' : ''}${named === 'FARGATE_SPOT' ? ' [spot]' : ''}`;
  const count = (): Decimal => c.number('desired_count') ?? decimal(1);
  const part = (path: string) => (): Decimal => {
    if (inner === undefined) throw new Undetermined('its task definition is not among the resources');
    return share(inner, path).times(count());
  };
  c.fixed('vCPU', () => c.fact(`Per vCPU per hour${suffix}`), part('cpu'));
  c.fixed('Memory', () => c.fact(`Per GB per hour${suffix}`), part('memory'));
  const scratch = inner === undefined ? undefined : attempt(() => above(inner.number('ephemeral_storage.size_in_gib'), decimal(20)));
  if (scratch !== undefined && 'value' in scratch && scratch.value !== undefined) c.fixed('Ephemeral storage above 20 GB', () => c.fact('Ephemeral storage'), () => (scratch.value ?? decimal(0)).times(count()));
}

function eksCluster(c: Costing): void {
  const extended = attempt(() => {
    const version = c.text('version');
    return version !== undefined && c.text('upgrade_policy.support_type') !== 'STANDARD' && isExtendedEks(version, c.world.today);
  });
  if ('undetermined' in extended) return c.unknown('Control plane', 'fixed', extended.undetermined);
  c.fixed(extended.value ? 'Control plane (extended support)' : 'Control plane', () => c.fact(extended.value ? 'EKS cluster (extended support)' : 'EKS cluster'));
  if (extended.value) c.notes.push('its version is in extended support: 0.60 instead of 0.10 an hour');
}

function files(c: Costing): void {
  const oneZone = attempt(() => c.text('availability_zone_name') !== undefined);
  const variant = 'value' in oneZone && oneZone.value ? 'one zone' : 'standard';
  c.onUsage('Storage', 'storage_gb', () => c.fact(`Storage (${variant})`));
  const moved = attempt(() => c.list('lifecycle_policy').some((rule) => c.text('transition_to_ia', rule) !== undefined));
  if ('value' in moved && moved.value) {
    c.onUsage('Storage (infrequent access)', 'infrequent_storage_gb', () => c.fact(`Storage (${variant}, infrequent access)`));
    c.onUsage('Reads of infrequent access', 'monthly_infrequent_read_gb', () => c.fact('Read requests (infrequent access)'), (gb) => gb);
  }
  const throughput = attempt(() => (c.text('throughput_mode') === 'provisioned' ? c.number('provisioned_throughput_in_mibps') : undefined));
  if ('undetermined' in throughput) c.unknown('Provisioned throughput', 'fixed', throughput.undetermined);
  else if (throughput.value !== undefined) c.fixed('Provisioned throughput', () => c.fact('Provisioned throughput'), () => throughput.value ?? 0);
}

/** The rows of Windows are those of two zones, of which there is twice as much; of OpenZFS, those of one. */
function windowsFiles(c: Costing): void {
  const two = attempt(() => c.text('deployment_type')?.startsWith('MULTI_AZ') === true);
  const price = (dimension: string): Found => {
    const own = c.book.own.price('aws', c.resource.type, c.region, `${dimension} [Single-AZ]`);
    if (own !== undefined && 'value' in two && !two.value) return { ...own, step: 'own' };
    const found = c.fact(dimension);
    return ('value' in two && two.value) || !('amount' in found) ? found : { ...timesPrice(found, (amount) => amount.times(decimal('0.5'))), dimension: `${dimension} [Single-AZ]`, method: 'estimated', confidence: 'low', step: 'provider', note: 'half of the price of two zones' };
  };
  c.fixed('Storage', () => price(c.text('storage_type') === 'HDD' ? 'HDD storage' : 'SSD storage'), () => capacity(c));
  c.fixed('Throughput', () => price('Throughput capacity'), () => c.number('throughput_capacity') ?? 8);
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup storage'));
}

function zfsFiles(c: Costing): void {
  const zones = (): Decimal => decimal(c.text('deployment_type')?.startsWith('MULTI_AZ') === true ? 2 : 1);
  c.fixed('Storage', () => c.fact('SSD storage'), () => capacity(c).times(zones()));
  c.fixed('Throughput', () => c.fact('Throughput capacity'), () => (c.number('throughput_capacity') ?? decimal(64)).times(zones()));
  // Three IOPS come with each GB.
  const more = attempt(() => (c.text('disk_iops_configuration.mode') === 'USER_PROVISIONED' ? above(c.number('disk_iops_configuration.iops'), capacity(c).times(decimal(3))) : undefined));
  if ('value' in more && more.value !== undefined) c.fixed('IOPS above 3 for each GB', () => c.fact('Provisioned IOPS'), () => more.value ?? 0);
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup storage'));
}

/** Priced by its deployment and by the throughput for each TB, which the shipped book has no rows of. */
function lustreFiles(c: Costing): void {
  c.fixed('Storage', () => c.fact(`Storage (${c.text('deployment_type') ?? 'SCRATCH_1'}, ${c.text('storage_type') ?? 'SSD'}${c.text('per_unit_storage_throughput') === undefined ? '' : `, ${c.text('per_unit_storage_throughput') ?? ''} MB/s for each TB`})`), () => capacity(c));
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup storage'));
}

function netAppFiles(c: Costing): void {
  const variant = (): string => (c.text('deployment_type')?.startsWith('MULTI_AZ') === true ? '[Multi-AZ]' : '[Single-AZ]');
  c.fixed('Storage', () => c.fact(`SSD storage ${variant()}`), () => capacity(c));
  c.fixed('Throughput', () => c.fact(`Throughput capacity ${variant()}`), () => c.number('throughput_capacity') ?? c.number('throughput_capacity_per_ha_pair') ?? 128);
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup storage'));
}

function capacity(c: Costing): Decimal {
  const size = c.number('storage_capacity');
  if (size === undefined) throw new Undetermined('storage_capacity is not given');
  return size;
}

function bucket(c: Costing): void {
  c.onUsage('Storage (standard)', 'storage_gb', () => c.fact('Standard: Storage'));
  c.onUsage('Write requests', 'monthly_write_requests', () => c.fact('Standard: PUT, COPY, POST, LIST requests'));
  c.onUsage('Read requests', 'monthly_read_requests', () => c.fact('Standard: GET, SELECT, and all other requests'));
  for (const name of transitions(c)) {
    const [label, key] = CLASSES[name] ?? [];
    if (label !== undefined && key !== undefined) c.onUsage(`Storage (${label.toLowerCase()})`, key, () => c.fact(`${label}: Storage`), (gb) => gb);
  }
}

/** Storage classes, as lifecycle rules name them. */
const CLASSES: Readonly<Record<string, readonly [label: string, key: string]>> = {
  STANDARD_IA: ['Standard - infrequent access', 'infrequent_storage_gb'], ONEZONE_IA: ['One zone - infrequent access', 'one_zone_storage_gb'], INTELLIGENT_TIERING: ['Intelligent tiering', 'intelligent_storage_gb'],
  GLACIER: ['Glacier flexible retrieval', 'glacier_storage_gb'], DEEP_ARCHIVE: ['Glacier deep archive', 'deep_archive_storage_gb'],
};

/** The classes that the bucket's lifecycle rules move objects to, in the bucket or beside it. */
function transitions(c: Costing): Set<string> {
  const holders = [{ inner: c, path: 'lifecycle_rule' }, ...c.world.leadingTo(c.resource, ['aws_s3_bucket_lifecycle_configuration']).map((other) => ({ inner: c.on(other), path: 'rule' }))];
  const read = attempt(() => holders.flatMap(({ inner, path }) => inner.list(path).flatMap((rule) => inner.list('transition', rule).flatMap((one) => inner.text('storage_class', one) ?? []))));
  return new Set('value' in read ? read.value : []);
}

/** Each metric of an alarm is charged; a band of anomaly detection is two more. */
function alarm(c: Costing): void {
  const short = attempt(() => (c.number('period') ?? decimal(60)).compare(decimal(60)) < 0);
  const metrics = attempt(() => c.list('metric_query').filter((query) => c.list('metric', query).length > 0).length);
  const band = attempt(() => c.text('threshold_metric_id') !== undefined);
  const count = ('value' in metrics && metrics.value > 0 ? metrics.value : 1) * ('value' in band && band.value ? 3 : 1);
  c.fixed('Alarm', () => c.fact('value' in short && short.value ? 'High resolution' : 'Standard resolution'), () => count);
}

function airflow(c: Costing): void {
  const size = (): string => {
    const name = (c.text('environment_class') ?? 'mw1.small').split('.')[1] ?? 'small';
    return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  };
  c.fixed('Environment', () => c.fact(`Environment (${size()})`));
  c.onUsage('Workers', 'additional_workers', () => c.fact(`Worker (${size()})`));
  c.onUsage('Schedulers above the first two', 'additional_schedulers', () => c.fact(`Scheduler (${size()})`));
  c.onUsage('Metadata', 'storage_gb', () => c.fact('Meta database'));
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

const PROCESSING_UNITS: Readonly<Record<string, string>> = { 'G.025X': '0.25', 'G.1X': '1', 'G.2X': '2', 'G.4X': '4', 'G.8X': '8', 'R.1X': '1', 'R.2X': '2', 'R.4X': '4', 'R.8X': '8', Standard: '1', 'Z.2X': '2' };

/** Workers times their size; a job of Python alone has a sixteenth of a unit where nothing is said. */
function processingUnits(c: Costing): Decimal {
  const workers = c.number('number_of_workers');
  if (workers !== undefined) return workers.times(decimal(PROCESSING_UNITS[c.text('worker_type') ?? 'G.1X'] ?? '1'));
  return c.number('max_capacity') ?? decimal(c.text('command.name') === 'pythonshell' ? '0.0625' : '10');
}

/** SageMaker charges for a machine what EC2 charges and a fifth; with GPUs two fifths. */
function learningMachine(c: Costing, type: string, kind: string): Found {
  const dimension = `${kind} (${type})`;
  const name = type.replace(/^ml\./, '');
  return orRelated(c.fact(dimension, 'aws_sagemaker_endpoint_configuration'), () => ec2Price(c.book, name, c.region), /^inf/.test(name) ? '1.6' : /^g\d/.test(name) ? '1.4' : '1.2', /^inf/.test(name) ? '1.6' : /^g\d/.test(name) ? '1.4' : '1.15 to 1.25', { service: 'aws_sagemaker_endpoint_configuration', dimension });
}

function sageMaker(c: Costing): void {
  const variants = c.list('production_variants');
  if (variants.length === 0) return c.unknown('Instances', 'fixed', 'production_variants are not given');
  for (const [index, variant] of variants.entries()) {
    if (c.list('serverless_config', variant).length > 0) c.onUsage('Serverless inference', 'monthly_gb_seconds', () => c.fact('Serverless inference'), (seconds) => seconds);
    else {
      c.fixed(variants.length === 1 ? 'Instances' : `Instances of variant ${index + 1}`, () => {
        const type = c.text('instance_type', variant);
        if (type === undefined) throw new Undetermined('instance_type is not given');
        return learningMachine(c, type, 'Endpoint instance');
      }, () => c.number('initial_instance_count', variant) ?? 1);
    }
  }
}

const key = (c: Costing): void => {
  c.fixed('Key', () => c.fact('Customer master key', ['aws_kms_key']));
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests', ['aws_kms_key']));
};

export const AWS_SERVICES: CosterTable = {
  aws_lambda_function: lambda,
  aws_lambda_provisioned_concurrency_config: provisionedConcurrency,
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
  aws_fsx_windows_file_system: windowsFiles,
  aws_fsx_openzfs_file_system: zfsFiles,
  aws_fsx_lustre_file_system: lustreFiles,
  aws_fsx_ontap_file_system: netAppFiles,
  aws_s3_bucket: bucket,
  aws_sqs_queue: (c) => {
    const fifo = attempt(() => c.flag('fifo_queue'));
    c.onUsage('Requests', 'monthly_requests', () => c.fact('value' in fifo && fifo.value ? 'Requests [FIFO]' : 'Requests [standard]'));
  },
  aws_sns_topic: (c) => {
    const fifo = attempt(() => c.flag('fifo_topic'));
    c.onUsage('Requests', 'monthly_requests', () => c.fact('value' in fifo && fifo.value ? 'FIFO Publish API requests [case sns_fifo_topic/sns_fifo_topic_withSubscriptions+]' : 'API requests (over 1M)'));
  },
  aws_cloudwatch_log_group: (c) => {
    const rare = attempt(() => c.text('log_group_class') === 'INFREQUENT_ACCESS');
    c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('value' in rare && rare.value ? 'Data ingested (infrequent access)' : 'Data ingested'));
    c.onUsage('Storage', 'storage_gb', () => c.fact('Archival Storage'));
    c.onUsage('Data scanned by queries', 'monthly_data_scanned_gb', () => c.fact('Insights queries data scanned'));
  },
  aws_cloudwatch_metric_alarm: alarm,
  aws_cloudwatch_dashboard: (c) => c.fixed('Dashboard', () => c.fact('Dashboard')),
  aws_kms_key: key,
  aws_kms_replica_key: key,
  aws_kms_external_key: key,
  aws_secretsmanager_secret: (c) => {
    c.fixed('Secret in each region', () => c.fact('Secret'), () => 1 + c.list('replica').length);
    c.onUsage('Requests', 'monthly_requests', () => c.fact('API requests'));
  },
  aws_ssm_parameter: parameter,
  aws_ecr_repository: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact('Storage')),
  aws_codebuild_project: codeBuild,
  aws_glue_job: (c) => c.onUsage('Run hours', 'monthly_run_hours', () => c.fact('Duration'), (hours) => hours.times(processingUnits(c))),
  aws_glue_crawler: (c) => c.onUsage('Run hours', 'monthly_run_hours', () => c.fact('Duration'), (hours) => hours),
  aws_mwaa_environment: airflow,
  aws_sagemaker_endpoint_configuration: sageMaker,
  aws_sagemaker_endpoint: (c) => {
    c.elsewhere = 'priced with its configuration';
  },
  aws_sagemaker_notebook_instance: (c) => c.fixed('Instance', () => learningMachine(c, c.needed('instance_type'), 'Notebook instance')),
  aws_backup_vault: (c) => {
    const kinds: readonly (readonly [name: string, key: string, dimension: string])[] = [['Snapshots of disks', 'backup_gb', 'EBS snapshot'], ['Snapshots of databases', 'database_backup_gb', 'RDS snapshot'], ['Snapshots of Aurora', 'aurora_backup_gb', 'Aurora snapshot'], ['Backups of tables', 'table_backup_gb', 'DynamoDB backup'], ['Backups of file systems', 'file_backup_gb', 'EFS backup (warm)']];
    for (const [name, key, dimension] of kinds) if (key === 'backup_gb' || c.usage.get(key) !== undefined) c.onUsage(name, key, () => c.fact(dimension), (gb) => gb);
  },
  aws_ebs_fast_snapshot_restore: (c) => c.fixed('Fast restore in the zone', () => c.fact('Fast snapshot restore', 'aws_ebs_snapshot')),
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
