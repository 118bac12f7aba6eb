/** Reads the demo fleet from the examples folder of the package. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import type { DemoFleet, DemoScenario } from '../control/demo/fleet.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import { packageRoot } from './package-root.ts';

const SHOP = join(packageRoot, 'examples', 'shop');
const INFRASTRUCTURE = join(packageRoot, 'examples', 'infrastructure');
const NAMESPACE = 'shop';
const SCENARIOS = 'scenarios';

function readFiles(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.split(sep).includes('node_modules') && statSync(join(folder, path)).isFile());
  return Object.fromEntries(paths.map((path) => [relative(folder, join(folder, path)).split(sep).join('/'), readFileSync(join(folder, path), 'utf8')]));
}

function readScenario(kind: string): DemoScenario {
  const { service, message, author } = parse(readFileSync(join(SHOP, SCENARIOS, kind, 'scenario.yaml'), 'utf8')) as Omit<DemoScenario, 'files'>;
  return { service, message, author, files: readFiles(join(SHOP, SCENARIOS, kind, service)) };
}

export function readDemoFleet(): DemoFleet {
  const names = readdirSync(SHOP, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== SCENARIOS).map((entry) => entry.name);
  return {
    namespace: NAMESPACE,
    services: names.map((name) => ({ name, files: readFiles(join(SHOP, name)) })),
    infrastructure: { name: 'demo-infrastructure', files: readFiles(INFRASTRUCTURE) },
    scenarios: { faulty: readScenario('faulty'), fixed: readScenario('fixed') },
  };
}

const RATE_WINDOW_SECONDS = 10;

/** Requests a second that the fleet's services answered in production lately; undefined before the first. */
export async function fleetRate(road: { metrics: Pick<Metrics, 'samples'> }, fleet: DemoFleet, clock: Clock): Promise<number | undefined> {
  const since = new Date(clock.now() - RATE_WINDOW_SECONDS * 1000).toISOString();
  const samples = await Promise.all(fleet.services.map(({ name }) => road.metrics.samples({ service: name, environment: 'prod', since })));
  const requests = samples.flat().reduce((sum, sample) => sum + sample.requests, 0);
  return requests === 0 ? undefined : Math.round(requests / RATE_WINDOW_SECONDS);
}
