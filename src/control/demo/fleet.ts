/** The demo fleet as data: what the examples folder holds, read by app. */
export interface DemoService {
  name: string;
  files: Record<string, string>;
}

export interface DemoScenario {
  service: string;
  /** Laid over the service's files. */
  files: Record<string, string>;
  message: string;
  author: { name: string; email: string };
}

export interface DemoFleet {
  namespace: string;
  services: DemoService[];
  /** A repository with nothing but infrastructure code, for the page that draws it. */
  infrastructure: DemoService;
  scenarios: Record<'faulty' | 'fixed', DemoScenario>;
}

/**
 * Files of the next version of a service: the scenario's over the first ones, with the package's version
 * raised to 1.0.`ordinal`. The version makes every demo release a content of its own: the same faulty
 * content again would be the release that is held, and would rightly be refused.
 */
export function nextVersion(fleet: DemoFleet, kind: 'faulty' | 'fixed', ordinal: number): Record<string, string> {
  const scenario = fleet.scenarios[kind];
  const service = fleet.services.find((one) => one.name === scenario.service);
  const manifest = JSON.parse(service?.files['package.json'] ?? '{}') as Record<string, unknown>;
  return { ...scenario.files, 'package.json': `${JSON.stringify({ ...manifest, version: `1.0.${ordinal}` }, null, 2)}\n` };
}
