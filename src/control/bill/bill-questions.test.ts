import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostgresBills } from '../../adapters/postgres/bills/store.ts';
import { testDatabase } from '../../adapters/postgres/testing/database.ts';
import { readAllocationRules } from '../../engines/bill-allocation/rules.ts';
import { readFocusCsv, type FocusReading } from '../../formats/focus/read-csv.ts';
import { focusCsv, inPieces } from '../../formats/focus/testing/rows.ts';
import { collectBill } from './collect.ts';
import { costReport, type BillView } from './costs.ts';
import { costDocument } from './documents.ts';
import { monthForecasts } from './month-forecast.ts';

const view: BillView = { rules: readAllocationRules('version: 1\nrules:\n  - {name: support, match: {service: Support}, split: proportional}\n  - {name: rest, match: {service: Other}, split: even, among: [a, b, c]}\n', 'rules.yaml') };

function reading(rows: readonly Readonly<Record<string, string>>[]): FocusReading {
  return readFocusCsv(inPieces(focusCsv(rows), 500), { file: 'bill.csv' });
}

test('a file and the database answer every question alike', async () => {
  const database = await testDatabase();
  try {
    const bills = new PostgresBills(database);
    const row = fc.record({
      BilledCost: fc.integer({ min: -500, max: 90_000 }).map((value) => String(value / 10_000)),
      EffectiveCost: fc.constantFrom('0.1', '2', ''),
      BillingCurrency: fc.constantFrom('USD', 'EUR'),
      ServiceName: fc.constantFrom('Support', 'Other', 'Compute'),
      Tags: fc.constantFrom('', '{"team":"a"}', '{"team":"b","env":"prod"}'),
      ResourceId: fc.constantFrom('', 'r1', 'r2'),
      ChargePeriodStart: fc.constantFrom('2026-09-01', '2026-09-02', '2026-09-03T05:00:00Z').map(String),
      ChargePeriodEnd: fc.constant('2026-09-04'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), fc.constantFrom('team', 'resource', 'environment', 'rule', 'service', 'tag:env' as const), async (rows, by) => {
        const inFile = await collectBill(reading(rows).batches);
        const sent = reading(rows);
        const { import: made } = await bills.import({ file: 'bill.csv', sha256: 'x', bytes: 1, format: 'csv', delivery: 'x', overlap: 'refuse', importedBy: 'x' }, sent.batches, sent.facts);
        const range = { from: '2026-09-01', to: '2026-09-30' };
        const answers = await Promise.all([inFile, bills].map(async (source) => costDocument(await costReport(source, range, view, { by: by as 'team', byDay: true }))));
        await bills.remove(made.id);
        expect(answers[1]).toEqual(answers[0]);
        const [report] = answers;
        expect(report?.totals.reduce((sum, total) => sum + total.rows, 0)).toBe(rows.length);
      }),
      { numRuns: 12 },
    );
  } finally {
    await database.drop();
  }
});

test('a month that is billed to its end is its own forecast; purchases count once they are billed', async () => {
  const days = Array.from({ length: 40 }, (_, index) => new Date(Date.UTC(2026, 7, 22 + index)).toISOString());
  const rows = days.map((day) => ({ BilledCost: '10', EffectiveCost: '10', ChargePeriodStart: day, ChargePeriodEnd: new Date(Date.parse(day) + 86_400_000).toISOString() }));
  const purchase = { BilledCost: '1000', EffectiveCost: '1000', ChargeCategory: 'Purchase', ChargePeriodStart: '2026-09-01', ChargePeriodEnd: '2026-10-01' };
  const [whole] = await monthForecasts(await collectBill(reading([...rows, purchase]).batches), view);
  expect(whole).toMatchObject({ month: '2026-09', through: '2026-09-30' });
  expect(whole?.total.verdict === 'forecast' && [whole.total.point, whole.total.low, whole.total.high].map(String)).toEqual(['1300', '1300', '1300']);
  const [part] = await monthForecasts(await collectBill(reading([...rows.slice(0, 35), purchase]).batches), view);
  expect(part).toMatchObject({ through: '2026-09-24', days: { length: 6 } });
  expect([String(part?.actual), part?.total.verdict === 'forecast' && String(part.total.point)]).toEqual(['1240', '1300']);
});
