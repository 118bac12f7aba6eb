import { expect, test } from 'vitest';
import { databaseSizes } from './database-sizes.ts';
import { testDatabase } from './testing/database.ts';

test('databases have a size by their name, those that hold nothing of people are not asked', async () => {
  const database = await testDatabase();
  try {
    const sizes = await databaseSizes(database);
    expect(sizes.get(database.name)).toBeGreaterThan(1_000_000);
    expect(sizes.has('template0')).toBe(false);
  } finally {
    await database.drop();
  }
});
