import { runTool, type CommandResult } from './command';
import type { Outcome } from './outcome';
import { pathsLike, type Tree } from './tree';

/** The tools on the real tree: types, format, lint, dead code, arrows. */

/** What runs in a browser has the types of a browser, and is a project of its own. */
const BROWSER_PROJECT = 'src/report/html/browser';

export async function checkTypes(): Promise<Outcome> {
  const projects = await Promise.all(
    ['.', BROWSER_PROJECT].map((folder) => runTool('tsc', ['--noEmit', '--pretty', 'false', '-p', folder])),
  );
  const outcomes = projects.map((result) => toOutcome('', result));
  return { summary: 'the whole project', complaints: outcomes.flatMap(({ complaints }) => complaints) };
}

export async function checkFormat(): Promise<Outcome> {
  const result = await runTool('biome', ['format', '--colors=off', '.']);
  return toOutcome(/Checked \d+ files/.exec(result.stdout + result.stderr)?.[0].toLowerCase() ?? '', result);
}

export async function checkLint(): Promise<Outcome> {
  const result = await runTool('oxlint', ['--type-aware', '--deny-warnings', '.']);
  return toOutcome(/on (\d+ files with \d+ rules)/.exec(result.stdout)?.[1] ?? '', result);
}

export async function checkDeadCode(): Promise<Outcome> {
  return toOutcome('files, exports, dependencies', await runTool('knip', ['--no-progress', '--no-config-hints']));
}

interface CruiseOutput {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** Runs dependency-cruiser over `src/` of a folder. */
export async function cruise(folder?: string): Promise<CruiseOutput> {
  const args = ['--config', '.dependency-cruiser.js', '--output-type', 'json', 'src'];
  const { stdout, stderr } = await runTool('depcruise', args, folder);
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser printed no result: ${stderr}`);
  return JSON.parse(stdout) as CruiseOutput;
}

/**
 * The arrows between the folders. Under a TypeScript that it does not know dependency-cruiser sees no module and
 * reports no violation, so the modules it saw must be exactly the files that are there.
 */
export async function checkArrows(tree: Tree): Promise<Outcome> {
  const { modules, summary } = await cruise();
  const seen = new Set(modules.map(({ source }) => source));
  const files = pathsLike(tree, /^src\/.*(?<!\.d)\.ts$/);
  return {
    summary: `${files.length} modules seen`,
    complaints: [
      ...files.filter((file) => !seen.has(file)).map((file) => `dependency-cruiser did not see ${file}`),
      ...summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`),
    ],
  };
}

function toOutcome(summary: string, { status, stdout, stderr }: CommandResult): Outcome {
  return { summary, complaints: status === 0 ? [] : [stdout + stderr] };
}
