/**
 * The server's settings, given on the command line so that they are always the ones of this version.
 *
 * Durable first (`fsync`, `synchronous_commit`, `full_page_writes` stay on: an acknowledged write survives
 * a crash), then small: one control plane with a dozen connections and a few tenants' databases.
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'on',
  wal_level: 'replica',
  max_wal_senders: '0',
  min_wal_size: '80MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '15min',
  shared_buffers: '48MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_connections: '60',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_worker_processes: '2',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '1',
  jit: 'off',
  password_encryption: 'scram-sha-256',
  listen_addresses: '127.0.0.1',
  unix_socket_permissions: '0700',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] %d ',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The settings as `-c name=value` arguments, with the port and socket folder of this start. */
export function serverArguments(clusterFolder: string, port: number, socketFolder: string): string[] {
  const settings = { ...SERVER_SETTINGS, port: String(port), unix_socket_directories: socketFolder };
  return ['-D', clusterFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
