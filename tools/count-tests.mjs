/** Adds up the runner's JSON reports and prints the closing line `N passed, N failed, N skipped`; fails when a report is missing. */
import { existsSync, readFileSync } from 'node:fs';

const totals = { passed: 0, failed: 0, skipped: 0 };
let missing = false;
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    process.stderr.write(`no report ${path}: the runner did not finish\n`);
    missing = true;
    continue;
  }
  const report = JSON.parse(readFileSync(path, 'utf8'));
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  // A file that fails to load has no tests of its own; it counts as one failure.
  totals.failed += report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = missing || totals.failed > 0 || totals.passed === 0 ? 1 : 0;
