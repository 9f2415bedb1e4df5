import { posix } from 'node:path';
import { MAY_IMPORT, PACKAGE_HOME, PURE } from './arrows';
import { compareBites, groupByFile, type Outcome } from './outcome';
import { cruise } from './tools';
import { inWorkshop } from './workshop';

/** Proof that the arrows bite: a project with one file for each possible import, allowed or not. */

/** A file of the proof: what it imports, and the rules that must be reported on it. */
interface Probe {
  readonly file: string;
  readonly imports: string;
  readonly rules: readonly string[];
}

export async function biteArrows(): Promise<Outcome> {
  const probes = [...arrowProbes(), ...purityProbes(), ...homeProbes(), ...otherProbes()];
  const files = new Map(
    probes.map(({ file, imports }) => [file, `import * as it from '${imports}';\n\nexport { it };\n`]),
  );
  for (const folder of Object.keys(MAY_IMPORT)) files.set(targetOf(folder), 'export const here = 1;\n');
  files.set('test/target.ts', 'export const here = 1;\n');
  const { summary } = await inWorkshop(files, cruise);
  const reported = groupByFile(summary.violations.map(({ from, rule }) => ({ file: from, rule: rule.name })));
  const expected = new Map(probes.filter(({ rules }) => rules.length > 0).map(({ file, rules }) => [file, rules]));
  const forbidden = probes.filter(({ rules }) => rules.length > 0).length;
  return {
    summary: `${forbidden} imports refused, ${probes.length - forbidden} allowed`,
    complaints: compareBites(expected, reported),
  };
}

/** Every folder towards every other: refused unless the table names it. */
function arrowProbes(): Probe[] {
  const folders = Object.keys(MAY_IMPORT);
  return folders.flatMap((source) => [
    ...folders
      .filter((target) => target !== source)
      .map((target) => ({
        file: `src/${source}/to-${target.replace('/', '-')}.ts`,
        imports: importPath(source, targetOf(target)),
        rules: MAY_IMPORT[source]?.includes(target) === true ? [] : [`arrow-${source}`],
      })),
    { file: `src/${source}/to-test.ts`, imports: importPath(source, 'test/target.ts'), rules: [`arrow-${source}`] },
  ]);
}

/** Every pure folder towards Node, towards each package that it may use, and towards one that it may not. */
function purityProbes(): Probe[] {
  return Object.entries(PURE).flatMap(([folder, packages]) => [
    { file: `src/${folder}/to-node.ts`, imports: 'node:fs', rules: [`pure-${folder}`] },
    { file: `src/${folder}/to-package.ts`, imports: 'commander', rules: [`pure-${folder}`, 'home-commander'] },
    ...packages.map((name) => ({ file: `src/${folder}/to-${name}.ts`, imports: name, rules: [] })),
  ]);
}

/** Every package from its home and from a folder that is neither its home nor pure. */
function homeProbes(): Probe[] {
  return Object.entries(PACKAGE_HOME).flatMap(([name, home]) => [
    { file: `src/report/to-${name}.ts`, imports: name, rules: [`home-${name}`] },
    { file: `src/${home}/to-${name}.ts`, imports: name, rules: [] },
  ]);
}

/** What holds everywhere. A cycle is reported once, on its first file. */
function otherProbes(): Probe[] {
  return [
    { file: 'src/cli/loop-a.ts', imports: './loop-b', rules: ['no-cycle'] },
    { file: 'src/cli/loop-b.ts', imports: './loop-a', rules: [] },
    { file: 'src/cli/to-nowhere.ts', imports: './nowhere', rules: ['no-unresolved'] },
    { file: 'src/cli/to-dev-package.ts', imports: 'fast-check', rules: ['no-dev-package'] },
    { file: 'src/unlisted/unlisted.ts', imports: '../base/base', rules: ['listed-folder'] },
  ];
}

function targetOf(folder: string): string {
  return `src/${folder}/${posix.basename(folder)}.ts`;
}

function importPath(folder: string, target: string): string {
  return posix
    .relative(`src/${folder}`, target)
    .replace(/\.ts$/, '')
    .replace(/^(?!\.)/, './');
}
