/** One cold run of `roadbed state` on a folder, in this process; prints seconds and megabytes. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localPlatform } from '../../src/app/local-platform.ts';
import { runProgram } from '../../src/cli/program.ts';

const [folder = ''] = process.argv.slice(2);
const out = join(folder, 'findings.json');
const started = performance.now();
const code = await runProgram(['state', folder, '--quiet', '--format', 'json', '--out', out], { stdout: process.stdout, stderr: process.stderr, environment: {} }, localPlatform());
const seconds = (performance.now() - started) / 1000;
const { findings, coverage } = JSON.parse(readFileSync(out, 'utf8')) as { findings: unknown[]; coverage: { resources: number; inputs: number; rules: number } };
rmSync(out);
const usage = process.resourceUsage();
const round = (value: number): number => Math.round(value * 100) / 100;
console.log(JSON.stringify({ exitCode: code, states: coverage.inputs, instances: coverage.resources, rules: coverage.rules, findings: findings.length, wallSeconds: round(seconds), cpuSeconds: round((usage.userCPUTime + usage.systemCPUTime) / 1e6), megabytes: Math.round(usage.maxRSS / 1024) }));
