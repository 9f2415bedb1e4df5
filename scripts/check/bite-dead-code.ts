import { runTool } from './command';
import { compareBites, groupByFile, type Outcome } from './outcome';
import { inWorkshop } from './workshop';

/** Proof that the search for dead code bites: a project with one dead thing of each kind. */

const FILES = new Map([
  [
    'package.json',
    JSON.stringify({
      name: 'bait',
      dependencies: { yaml: '*', zod: '*' },
      devDependencies: { 'fast-check': '*', 'dependency-cruiser': '*' },
      scripts: { arrows: 'depcruise src' },
    }),
  ],
  [
    'src/cli/main.ts',
    `import { z } from 'zod';
import { used } from '../base/exports';
import { unlisted } from 'not-in-package-json';
import { nowhere } from './nowhere';

console.log(z, used, unlisted, nowhere);
`,
  ],
  ['src/base/exports.ts', 'export const used = 1;\nexport const unused = 2;\nexport interface Unused {}\n'],
  ['src/base/nobody.ts', 'export const nobody = 1;\n'],
]);

const EXPECTED = new Map([
  ['src/base/nobody.ts', ['files: src/base/nobody.ts']],
  ['src/base/exports.ts', ['exports: unused', 'types: Unused']],
  ['src/cli/main.ts', ['unlisted: not-in-package-json', 'unresolved: ./nowhere']],
  ['package.json', ['dependencies: yaml', 'devDependencies: fast-check']],
]);

interface KnipOutput {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<string, unknown>>)[];
}

export async function biteDeadCode(): Promise<Outcome> {
  const { stdout, stderr } = await inWorkshop(FILES, (folder) =>
    runTool('knip', ['--no-progress', '--reporter', 'json'], folder),
  );
  if (!stdout.startsWith('{')) return { summary: '', complaints: [`knip printed no result: ${stderr}`] };
  const { issues } = JSON.parse(stdout) as KnipOutput;
  return {
    summary: `${[...EXPECTED.values()].flat().length} kinds bite`,
    complaints: compareBites(EXPECTED, groupByFile(issues.flatMap(listIssues))),
  };
}

/** An issue of knip has one list for each kind of dead thing; this makes one report of each entry. */
function listIssues({ file, ...kinds }: KnipOutput['issues'][number]): { file: string; rule: string }[] {
  return Object.entries(kinds).flatMap(([kind, entries]) =>
    Array.isArray(entries) ? entries.map((entry: { name: string }) => ({ file, rule: `${kind}: ${entry.name}` })) : [],
  );
}
