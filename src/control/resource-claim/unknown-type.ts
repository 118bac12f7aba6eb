/** Types that no provisioner here makes, refused by name, saying what would provide them. */
import type { ResourceClaimSpec } from '../../domain/kinds/resource-claim.ts';
import type { Provisioner } from '../../ports/provisioner.ts';

const ELSEWHERE = 'needs the kubernetes runtime or an OpenTofu module, which are not part of this version';

const PROVIDERS: Readonly<Record<string, string>> = {
  redis: `a Redis server ${ELSEWHERE}`,
  mysql: `a MySQL server ${ELSEWHERE}; postgres is provided`,
  mssql: `a SQL Server ${ELSEWHERE}; postgres is provided`,
  mongodb: `a MongoDB server ${ELSEWHERE}`,
  'postgres-instance': `a PostgreSQL server of its own ${ELSEWHERE}; postgres (a database in the platform's server) is provided`,
  s3: `object storage ${ELSEWHERE}; volume is provided`,
  amqp: `a RabbitMQ server ${ELSEWHERE}`,
  'kafka-topic': `a Kafka broker ${ELSEWHERE}`,
  elasticsearch: `an Elasticsearch server ${ELSEWHERE}`,
};

export function unknownType({ type, uid }: Pick<ResourceClaimSpec, 'type' | 'uid'>, provisioners: readonly Provisioner[]): string {
  const known = provisioners.flatMap((one) => one.types).sort().join(', ');
  const provider = (Object.hasOwn(PROVIDERS, type) ? PROVIDERS[type] : undefined) ?? `it ${ELSEWHERE}`;
  return `ROADBED-4201: no provisioner makes resources of type "${type}" (${uid}): ${provider}. Provided here: ${known}.`;
}
