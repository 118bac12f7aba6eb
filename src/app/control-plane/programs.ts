/** The two programs beside the control plane: started or adopted, and started again when they die. */
import type { Logger } from 'pino';
import { EdgeTraffic } from '../../adapters/edge/client.ts';
import { ensureEdge, watchEdge } from '../../adapters/edge/launch.ts';
import { ensureSupervisor, type SupervisorHandle } from '../../adapters/process/launch.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Traffic } from '../../ports/traffic.ts';
import type { Folders } from '../folders.ts';
import { platformKey } from './keys.ts';

export interface Programs {
  runtime: Runtime;
  traffic: Traffic;
  edgePort: number;
  pids(): { edge: number; supervisor: number };
  /** Ends both, within some five seconds; workloads stop, and are restored at the next start. */
  stop(): Promise<void>;
  /** Leaves both running, as a crash would. */
  release(): void;
}

/** Together below the ten seconds in which a signal ends everything. */
const EDGE_DRAIN_MS = 3_000;
const WORKLOAD_GRACE_SECONDS = 4;
/** Two, so that connections find a listener while one that crashed is being replaced. */
const EDGE_WORKERS = 2;

export interface ProgramOptions {
  folders: Folders;
  /** 0: the port of the last time, else any free one. */
  edgePort: number;
  host: string;
  /** Folders that no confined program may see. */
  hidden: string[];
  log: Logger;
}

async function startSupervisor(options: ProgramOptions): Promise<SupervisorHandle> {
  const { folders, log } = options;
  return ensureSupervisor({
    folder: folders.supervisor,
    sharedDir: folders.shared,
    node: process.execPath,
    hidden: options.hidden,
    keyFile: platformKey(folders.keys, 'supervisor').path,
    log: (message, fields) => log.info(fields ?? {}, message),
  });
}

export async function startPrograms(options: ProgramOptions): Promise<Programs> {
  const { folders, log } = options;
  const edgeOptions = { folder: folders.edge, port: options.edgePort, host: options.host, workers: EDGE_WORKERS };
  const [supervisor, edge] = await Promise.all([startSupervisor(options), ensureEdge(edgeOptions)]);
  // The address is in people's browsers: a restarted edge takes the same port again.
  const watch = watchEdge({ ...edgeOptions, port: edge.port }, edge, {
    restart: (restarted) => log.warn({ pid: restarted.pid, port: restarted.port }, 'the edge had died and was started again'),
    failure: (error) => log.error({ error: String(error) }, 'the edge could not be started again'),
  });
  return {
    runtime: supervisor.runtime,
    traffic: new EdgeTraffic(folders.edge),
    edgePort: edge.port,
    pids: () => ({ edge: watch.edge.pid, supervisor: supervisor.pid }),
    stop: async () => {
      watch.stop();
      await Promise.all([watch.edge.stop(EDGE_DRAIN_MS), supervisor.stop({ keepWorkloads: false, graceSeconds: WORKLOAD_GRACE_SECONDS })]);
    },
    release: () => {
      watch.stop();
      supervisor.release();
    },
  };
}
