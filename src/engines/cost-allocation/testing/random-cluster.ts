/** Random clusters: machines with odd prices, over-committed requests, usage beyond requests and machines, pods without labels. */
import fc from 'fast-check';
import { Decimal } from '../../../domain/money.ts';
import type { Amounts, Asset, Demand, DirectCost, Overhead, Subject } from '../allocate.ts';

export interface RandomCluster {
  assets: Asset[];
  demands: Demand[];
  direct: DirectCost[];
  overhead: Overhead[];
}

const money = fc.bigInt(0n, 10_000_000n).chain((units) => fc.integer({ min: 0, max: 6 }).map((scale) => new Decimal(units, scale)));
const cores = fc.bigInt(0n, 16_000n).map((milli) => new Decimal(milli, 3));
const amounts: fc.Arbitrary<Amounts> = fc.record({ cpu: cores, memory: cores, gpu: fc.bigInt(0n, 2n).map((count) => new Decimal(count, 0)) });
const CLUSTERS = ['east', 'west'];

const subject = (cluster: string): fc.Arbitrary<Subject> =>
  fc.record({
    cluster: fc.constant(cluster),
    namespace: fc.constantFrom('shop', 'pay', 'kube-system'),
    kind: fc.constantFrom('Deployment', 'Job'),
    controller: fc.constantFrom('web', 'db', 'sync'),
    pod: fc.constantFrom('web-0', 'web-1', 'db-0'),
    container: fc.constantFrom('app', 'proxy'),
    labels: fc.oneof(fc.constant({}), fc.record({ app: fc.constantFrom('a', 'b') }), fc.record({ team: fc.constantFrom('x', 'y') })),
    annotations: fc.oneof(fc.constant({}), fc.record({ owner: fc.constantFrom('x', 'y') })),
  });

export const randomCluster: fc.Arbitrary<RandomCluster> = fc
  .array(fc.record({ cluster: fc.constantFrom(...CLUSTERS), price: money, has: amounts }), { minLength: 1, maxLength: 6 })
  .map((assets) => assets.map((asset, index): Asset => ({ id: `node-${index}`, ...asset })))
  .chain((assets) =>
    fc.record({
      assets: fc.constant(assets),
      demands: fc.array(
        fc.constantFrom(...assets).chain((asset) =>
          fc
            .record({ subject: subject(asset.cluster), asset: fc.constant(asset.id), request: amounts, usage: fc.option(amounts, { nil: undefined }), share: fc.bigInt(0n, 100n).map((percent) => new Decimal(percent, 2)) })
            .map(({ usage, ...rest }): Demand => ({ ...rest, ...(usage === undefined ? {} : { usage }) })),
        ),
        { maxLength: 14 },
      ),
      direct: fc.array(fc.constantFrom(...CLUSTERS).chain((cluster) => fc.record({ subject: subject(cluster), name: fc.constant('Volume'), cost: money })), { maxLength: 4 }),
      overhead: fc.array(fc.record({ cluster: fc.constantFrom(...CLUSTERS), name: fc.constant('Management fee'), cost: money }), { maxLength: 3 }),
    }),
  );
