/** Everything people may ask for, in one place: rollouts, pipelines, new services, the demo. */
import type { Operations } from '../../api/contract/operations.ts';
import { noDemo, type Demo } from '../../control/demo/demo.ts';
import { acceptFinding, reopenFinding, type FindingOperations } from '../../control/finding/operations.ts';
import { cancelPipeline, rerunPipeline, runPipeline, type PipelineOperations } from '../../control/pipeline/operations.ts';
import type { Delivery } from '../../control/rollout/delivery.ts';
import { newService, type NewServiceDeps } from '../../control/service-template/new-service.ts';
import { PlatformError } from '../../domain/error.ts';

export interface OperationParts {
  rollouts: Delivery['operations'];
  pipelines: PipelineOperations;
  services: NewServiceDeps;
  findings: FindingOperations;
  demo: Demo | undefined;
}

export function allOperations(parts: OperationParts): Operations {
  const { demo } = parts;
  return {
    ...parts.rollouts,
    runPipeline: (identity, args) => runPipeline(parts.pipelines, identity, args),
    rerunPipeline: (identity, args) => rerunPipeline(parts.pipelines, identity, args),
    cancelPipeline: (identity, args) => cancelPipeline(parts.pipelines, identity, args),
    newService: (identity, args) => newService(parts.services, identity, args),
    acceptFinding: (identity, args) => acceptFinding(parts.findings, identity, args),
    reopenFinding: (identity, args) => reopenFinding(parts.findings, identity, args),
    demoStatus: () => (demo ?? noDemo).state(),
    demoRelease: (identity, args) => {
      if (demo === undefined) throw new PlatformError({ code: 'ROADBED-7020', class: 'refused', message: 'There is no demo fleet here.', why: 'Roadbed was started with --empty.', next: 'roadbed up, without --empty' });
      return demo.release(identity, args.kind);
    },
  };
}
