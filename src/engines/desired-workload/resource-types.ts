/**
 * The types of Score resources that are made real here, and what would provide the others that people ask for.
 *
 * A file that asks for another one is refused before its pipeline runs, and a claim for one says the same sentence.
 */

/** Those of the provisioners that ship; a test holds the two lists together. */
export const PROVIDED_TYPES: readonly string[] = ['dns', 'environment', 'postgres', 'route', 'service-port', 'volume'];

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

/** Why a type is refused: what would provide it, and what is provided. */
export function unprovidedType(type: string, provided: readonly string[] = PROVIDED_TYPES): string {
  const provider = (Object.hasOwn(PROVIDERS, type) ? PROVIDERS[type] : undefined) ?? `it ${ELSEWHERE}`;
  return `${provider}. Provided here: ${[...provided].sort().join(', ')}`;
}
