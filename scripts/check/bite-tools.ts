import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, runTool } from './command';
import { compareBites, groupByFile, type Outcome } from './outcome';
import { inWorkshop } from './workshop';

/** Proofs that types, format and lint bite: each rule has a bad file on which the tool must report just that rule. */

const FIXTURES = join(ROOT, 'test/fixtures/check');

/** Options of the compiler that choose what is compiled or how; all others must prove themselves. */
const NOT_STRICTNESS = new Set([
  'target',
  'lib',
  'types',
  'module',
  'moduleResolution',
  'noEmit',
  'allowJs',
  'skipLibCheck',
  'esModuleInterop',
  'resolveJsonModule',
]);

/** One bad file for each strict option of tsconfig.json; its first line names the error that it must give. */
export async function biteTypes(): Promise<Outcome> {
  const folder = join(FIXTURES, 'types');
  const names = readdirSync(folder).toSorted();
  const files = new Map(names.map((name) => [`src/${name}`, readFileSync(join(folder, name), 'utf8')]));
  files.set('tsconfig.json', readConfig('tsconfig.json').replace(/"include": \[.*\]/, '"include": ["src"]'));
  const { stdout } = await inWorkshop(files, (workshop) =>
    runTool('tsc', ['--noEmit', '--pretty', 'false', '-p', workshop], workshop),
  );
  const expected = new Map(names.map((name) => [`src/${name}`, [firstComment(files.get(`src/${name}`))]]));
  const reported = groupByFile(matchAll(stdout, /^(?<file>\S+)\(\d+,\d+\): error (?<rule>TS\d+)/gm));
  return {
    summary: `${names.length} options bite`,
    complaints: [...compareBites(expected, reported), ...compareOptions(names)],
  };
}

function compareOptions(names: readonly string[]): string[] {
  const { compilerOptions } = JSON.parse(readConfig('tsconfig.json')) as { compilerOptions: Record<string, unknown> };
  const options = Object.keys(compilerOptions).filter((option) => !NOT_STRICTNESS.has(option));
  return compareNames(
    'test/fixtures/check/types',
    options,
    names.map((name) => name.replace(/\.[jt]s$/, '')),
  );
}

function firstComment(text = ''): string {
  return /^\/\/ (.*)/.exec(text)?.[1] ?? 'no error named';
}

/** One bad file for each language that is formatted, and a good one that must not be reported. */
export async function biteFormat(): Promise<Outcome> {
  const bad = new Map([
    ['src/bad.ts', 'export const port : number = "80"\n'],
    ['scripts/bad.js', 'module . exports = { port:80 }\n'],
    ['bad.json', '{"port":\n80}\n'],
  ]);
  const files = new Map([...bad, ['src/good.ts', 'export const port = 80;\n']]);
  const { stdout, stderr } = await inWorkshop(files, (folder) =>
    runTool('biome', ['format', '--colors=off', '.'], folder),
  );
  const expected = new Map([...bad.keys()].map((file) => [file, ['format']]));
  const reported = groupByFile(matchAll(stdout + stderr, /^(?<file>\S+) (?<rule>format) ━/gm));
  return { summary: `${bad.size} languages bite`, complaints: compareBites(expected, reported) };
}

interface LintOutput {
  readonly diagnostics: readonly { readonly code?: string; readonly message: string; readonly filename: string }[];
}

/** One bad file for each rule of .oxlintrc.json, put where the rule applies: a pure folder, or a test. */
export async function biteLint(): Promise<Outcome> {
  const folder = join(FIXTURES, 'lint');
  const rules = readdirSync(folder).flatMap((plugin) =>
    readdirSync(join(folder, plugin)).map((name) => `${plugin}/${basename(name, '.ts')}`),
  );
  const files = new Map(rules.map((rule) => [lintPlace(rule), readFileSync(join(folder, `${rule}.ts`), 'utf8')]));
  const { stdout } = await inWorkshop(files, (workshop) =>
    runTool('oxlint', ['--type-aware', '--format', 'json', 'src', 'test'], workshop),
  );
  const { diagnostics } = JSON.parse(stdout) as LintOutput;
  const reported = groupByFile(
    diagnostics.map(({ code, message, filename }) => ({ file: filename, rule: code ?? message })),
  );
  const expected = new Map(rules.map((rule) => [lintPlace(rule), [rule.replace(/^(\w+)\/(.*)$/, '$1($2)')]]));
  return {
    summary: `${rules.length} rules bite`,
    complaints: [...compareBites(expected, reported), ...compareLintRules(rules)],
  };
}

function lintPlace(rule: string): string {
  return rule.startsWith('vitest/') ? `test/${rule}.test.ts` : `src/wire/${rule}.ts`;
}

interface LintConfig {
  readonly rules: Record<string, unknown>;
  readonly overrides: readonly { readonly rules: Record<string, unknown> }[];
}

function compareLintRules(fixtures: readonly string[]): string[] {
  const text = readConfig('.oxlintrc.json').replaceAll(/^\s*\/\/.*$/gm, '');
  const config = JSON.parse(text) as LintConfig;
  const rules = [config, ...config.overrides].flatMap((part) => Object.keys(part.rules));
  return compareNames('test/fixtures/check/lint', rules, fixtures);
}

/** Each rule has its fixture and each fixture its rule. */
function compareNames(place: string, rules: readonly string[], fixtures: readonly string[]): string[] {
  return [
    ...[...new Set(rules)].filter((rule) => !fixtures.includes(rule)).map((rule) => `${place}: nothing proves ${rule}`),
    ...fixtures.filter((fixture) => !rules.includes(fixture)).map((fixture) => `${place}: no rule for ${fixture}`),
  ];
}

function readConfig(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

function matchAll(text: string, pattern: RegExp): { file: string; rule: string }[] {
  return [...text.matchAll(pattern)].map(({ groups }) => ({
    file: groups?.['file'] ?? '',
    rule: groups?.['rule'] ?? '',
  }));
}
