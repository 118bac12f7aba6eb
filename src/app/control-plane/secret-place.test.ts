import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROVIDED_TYPES } from '../../engines/desired-workload/resource-types.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { shippedProvisioners } from './secret-place.ts';

test('what a Score file may ask for is exactly what the provisioners make', () => {
  const folder = join(tmpdir(), 'roadbed-no-such-folder');
  const provisioners = shippedProvisioners({
    folders: { volumes: folder, edge: folder, dataDir: folder },
    storage: { administration: {}, tenantAddress: () => ({ host: '127.0.0.1', port: 1 }) },
    secrets: {} as Secrets,
    objects: {} as Objects,
  });
  expect(provisioners.flatMap((one) => one.types).sort()).toEqual([...PROVIDED_TYPES].sort());
});
