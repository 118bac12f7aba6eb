/** Loaded before the program under measurement (`--import`): leaves what the process took in the file that ROADBED_BENCH_USAGE names. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env['ROADBED_BENCH_USAGE'] ?? '/dev/null', JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }));
});
