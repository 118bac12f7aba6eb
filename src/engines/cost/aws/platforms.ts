/** Certificates, migrations, workspaces and environments of AWS. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { ec2Price } from '../../price-book/machine-prices.ts';
import { orRelated } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, numberIn } from '../costing.ts';
import { above } from './disks.ts';

function privateAuthority(c: Costing): void {
  const short = c.text('usage_mode') === 'SHORT_LIVED_CERTIFICATE';
  c.fixed('Authority', () => c.fact(`Private certificate authority${short ? ' (short-lived certificate mode)' : ''}`));
  c.onUsage('Certificates', 'monthly_certificates', () => c.fact(short ? 'Certificates (short-lived)' : 'Certificates (first 1K)'), (count) => count);
}

/** A certificate of the public authority carries no charge. */
function certificate(c: Costing): void {
  const own = c.text('certificate_authority_arn') !== undefined || c.follow('certificate_authority_arn', 'aws_acmpca_certificate_authority') !== undefined;
  if (own) c.onUsage('Certificates', 'monthly_certificates', () => c.fact('Certificate'), (count) => count);
  else c.free = 'public certificates carry no charge';
}

/** A replication instance costs half as much again as its machine and more; a standby doubles it. */
function migration(c: Costing): void {
  const two = c.flag('multi_az');
  const type = (): string => c.needed('replication_instance_class').replace(/^dms\./, '');
  const row = (name: string): string => `Instance (${name}) [case my_dms_replication_instance_${two ? 'multi_high' : 'single_low'}_storage]`;
  c.fixed('Replication instance', () => orRelated(c.fact(row(type())), () => ec2Price(c.book, type(), c.region), two ? '3.2' : '1.6', two ? '3.1 to 3.8' : '1.55 to 1.9', { service: c.resource.type, dimension: `Instance (${type()}${two ? ', Multi-AZ' : ''})` }));
  const storage = above(c.number('allocated_storage') ?? decimal(50), decimal(50));
  if (storage !== undefined) c.fixed('Storage above 50 GB', () => c.fact('Storage (general purpose SSD, gp2)'), () => (two ? storage : storage.times(decimal('0.5'))));
}

/** What an environment starts is told by its settings: instances, their disks, a balancer. */
function beanstalk(c: Costing): void {
  const settings = c.list('setting');
  const said = (namespace: string, name: string): string | undefined => {
    const found = settings.find((one) => c.text('namespace', one) === `aws:${namespace}` && c.text('name', one) === name);
    return found === undefined ? undefined : c.text('value', found);
  };
  const number = (namespace: string, name: string, otherwise: number): Decimal => numberIn(said(namespace, name) ?? String(otherwise), name);
  const single = said('elasticbeanstalk:environment', 'EnvironmentType') === 'SingleInstance';
  const count = (): { value: Decimal; low: Decimal; high: Decimal } => {
    const low = single ? decimal(1) : number('autoscaling:asg', 'MinSize', 1);
    return { value: low, low, high: single ? low : number('autoscaling:asg', 'MaxSize', 4) };
  };
  const type = (said('ec2:instances', 'InstanceTypes')?.split(',')[0] ?? said('autoscaling:launchconfiguration', 'InstanceType') ?? 't3.micro').trim();
  c.fixed('Instance usage', () => ec2Price(c.book, type, c.region), count);
  c.fixed('Root disks', () => c.fact('Storage (general purpose SSD, gp2)', 'aws_ebs_volume'), () => {
    const size = number('autoscaling:launchconfiguration', 'RootVolumeSize', 8);
    const span = count();
    return { value: span.value.times(size), low: span.low.times(size), high: span.high.times(size) };
  });
  if (single) return;
  const kind = said('elasticbeanstalk:environment', 'LoadBalancerType') ?? 'application';
  if (kind === 'classic') c.fixed('Classic load balancer', () => c.fact('Classic load balancer', 'aws_elb'));
  else c.fixed('Load balancer', () => c.fact(kind === 'network' ? 'Network load balancer' : 'Application load balancer', 'aws_lb'));
}

/** Units of processing by parallelism, and one that orchestrates. */
function streamProcessing(c: Costing): void {
  const at = 'application_configuration.flink_application_configuration.parallelism_configuration';
  const units = (): Decimal => (c.number(`${at}.parallelism`) ?? decimal(1)).dividedBy(c.number(`${at}.parallelism_per_kpu`) ?? decimal(1), 3);
  c.fixed('Processing units', () => c.fact('Processing (stream)'), units);
  c.fixed('Orchestration', () => c.fact('Processing (orchestration)'));
  // 50 GB of storage come with each unit and are charged with it.
  c.fixed('Storage', () => c.fact('Running storage'), () => units().times(decimal(50)));
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup'));
}

export const AWS_PLATFORMS: CosterTable = {
  aws_acmpca_certificate_authority: privateAuthority,
  aws_acm_certificate: certificate,
  aws_dms_replication_instance: migration,
  aws_elastic_beanstalk_environment: beanstalk,
  aws_kinesisanalyticsv2_application: streamProcessing,
  aws_kinesis_analytics_application: (c) => c.onUsage('Processing units', 'average_kpu', () => c.fact('Processing (stream)')),
  aws_grafana_workspace: (c) => {
    c.onUsage('Editors and administrators', 'editors', () => c.fact('Editor/administrator licenses'));
    c.onUsage('Viewers', 'viewers', () => c.fact('Viewer licenses'));
  },
  aws_ssm_activation: (c) => {
    const most = attempt(() => c.number('registration_limit') ?? decimal(1));
    c.onUsage('Managed servers of one\'s own (advanced)', 'managed_instances', () => c.fact('On-prem managed instances (advanced)'));
    if ('value' in most) c.notes.push(`at most ${most.value.toString()} may register; the standard tier carries no charge`);
  },
  aws_lightsail_instance: (c) => c.fixed('Server', () => c.fact(`Virtual server (${c.needed('bundle_id')})`)),
};
