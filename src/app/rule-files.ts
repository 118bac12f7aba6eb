/** Reads rules from `rules/<area>/`, and from a platform team's own folder; a faulty own file is told and left out as a whole. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { PlatformError } from '../domain/error.ts';
import { providerOfType } from '../engines/provider-catalogue/catalogue.ts';
import type { RuleFile } from '../engines/rules/rule.ts';
import { asRuleFile, repeatedIds, ruleFileProblems } from '../engines/rules/validate.ts';
import { packageRoot } from './package-root.ts';

const LARGEST_FILE = 1024 * 1024;

export interface LoadedRules {
  files: RuleFile[];
  problems: string[];
}

/**
 * @param types Types of the resources at hand: only the files of their providers are read (`aws-network.yaml` is for `aws`).
 * @throws ROADBED-8203 when the own folder cannot be read.
 */
export function loadRules(area: string, types: Iterable<string> | 'all', ownFolder?: string): LoadedRules {
  const shipped = join(packageRoot, 'rules', area);
  const providers = types === 'all' ? undefined : new Set([...types].map(providerOfType));
  const wanted = rulePaths(shipped).filter((path) => providers === undefined || providers.has(basename(path).split(/[-.]/)[0] ?? ''));
  const files = wanted.map((path) => asRuleFile(parse(withoutCases(readFileSync(path, 'utf8')))));
  if (ownFolder === undefined) return { files, problems: [] };
  const problems: string[] = [];
  for (const path of ownPaths(ownFolder)) {
    const found = readOwn(path);
    const repeated = typeof found === 'object' && 'rules' in found ? repeatedIds([...files, found]) : [];
    if (Array.isArray(found)) problems.push(...found.map((problem) => `${path}: ${problem}`));
    else if (repeated.length > 0) problems.push(`${path}: ids that are in use: ${repeated.join(', ')}`);
    else files.push(found);
  }
  return { files, problems };
}

/** Cases are two thirds of a shipped file and only a test runs them; leaving them out halves the start. Their lines are indented alike, which that test checks. */
export function withoutCases(text: string): string {
  return text.replace(/^ {4}cases:\n(?: {6}- .*\n?)+/gm, '');
}

function ownPaths(folder: string): string[] {
  try {
    return rulePaths(folder);
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-8203', class: 'not-found', message: `the folder of rules ${folder} cannot be read`, next: 'give a folder with .yaml files of the form in docs/reference/rules.md', cause });
  }
}

function rulePaths(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort().map((name) => join(folder, name));
}

function readOwn(path: string): RuleFile | string[] {
  if (statSync(path).size > LARGEST_FILE) return [`is larger than ${LARGEST_FILE / 1024 / 1024} MiB`];
  try {
    const parsed: unknown = parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
    const problems = ruleFileProblems(parsed);
    return problems.length > 0 ? problems : asRuleFile(parsed);
  } catch (error) {
    return [error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)];
  }
}
