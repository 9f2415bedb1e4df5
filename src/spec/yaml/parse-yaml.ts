/**
 * A YAML spec -> one `Spec` for each combination of its matrix.
 *
 * text -> tree -> combinations -> (tree with values -> shape -> model) for each. A combination is looked at even if
 * another one was faulty; the same mistake in several is told once.
 */
import type { Spec } from '../model';
import { DiagnosticList, errorAt } from '../snippet';
import type { SourceFile, Span } from '../source';
import type { ParsedSpec, ParseSettings } from '../spec';
import { checkShape } from './check';
import { combinationsOf, settableNames } from './combinations';
import type { Combination } from './combinations';
import { lowerHeader } from './lower-header';
import { lowerSteps } from './lower-steps';
import { NameBook } from './name-book';
import { readYaml } from './read';
import { SPEC_SCHEMA } from './schema';
import { substitute } from './substitute';
import { child, describeTree, withoutInside } from './tree';
import type { MapTree, Tree } from './tree';

/** Steps of all runs of a file together. */
const MOST_STEPS_OF_ALL_RUNS = 1_000_000;

export function parseYaml(file: SourceFile, settings: ParseSettings): ParsedSpec {
  const diagnostics = new DiagnosticList();
  const root = readYaml(file.text, diagnostics);
  const specs = root === undefined ? [] : parseRoot(root, file, settings, diagnostics);
  const settable = root === undefined ? [] : settableNames(root);
  return { specs: diagnostics.hasErrors ? [] : specs, diagnostics: diagnostics.sorted(), settable };
}

function parseRoot(
  root: Tree,
  file: SourceFile,
  settings: ParseSettings,
  diagnostics: DiagnosticList,
): readonly Spec[] {
  if (root.kind !== 'map') {
    diagnostics.report(
      errorAt(root.span, 'wrong-type', `a spec is a mapping, not ${describeTree(root)}`, 'it begins with `name: ...`'),
    );
    return [];
  }
  const combinations = combinationsOf(root, settings, diagnostics);
  const specs: Spec[] = [];
  let steps = 0;
  for (const combination of combinations) {
    const spec = lowerSpec(root, file, combination, diagnostics);
    specs.push(spec);
    steps += spec.steps.length;
    if (steps <= MOST_STEPS_OF_ALL_RUNS) continue;
    diagnostics.report(
      errorAt(
        firstKey(root),
        'too-many-steps',
        `the runs of this spec have more than ${MOST_STEPS_OF_ALL_RUNS} steps together`,
      ),
    );
    return [];
  }
  return specs;
}

function lowerSpec(root: MapTree, file: SourceFile, { matrix, scope }: Combination, diagnostics: DiagnosticList): Spec {
  const written = root.entries.find(({ key }) => key === 'steps');
  const raw: MapTree = { ...root, entries: root.entries.filter(({ key }) => !RAW_KEYS.has(key)) };
  const filled = substitute(raw, scope, diagnostics);
  // Steps are filled in one by one, since `repeat` has a variable of its own; the others have been read already.
  const kept = root.entries
    .filter(({ key }) => RAW_KEYS.has(key))
    .map((entry) => (entry.key === 'steps' ? withoutInside(entry) : entry));
  const header: MapTree = { ...root, entries: [...(filled.kind === 'map' ? filled.entries : []), ...kept] };
  checkShape(header, SPEC_SCHEMA, firstKey(root), diagnostics);
  const names = new NameBook(diagnostics);
  const lowered = lowerHeader(header, diagnostics);
  for (const connection of lowered.connections) names.declareConnection(connection);
  names.declareServer(lowered.server);
  const steps = lowerSteps(
    written === undefined ? undefined : child(root, 'steps'),
    file.text,
    scope,
    names,
    diagnostics,
  );
  return { file, matrix, ...lowered, steps };
}

const RAW_KEYS: ReadonlySet<string> = new Set(['steps', 'matrix', 'variables']);

function firstKey(root: MapTree): Span {
  return root.entries[0]?.keySpan ?? root.span;
}
