import type { Diagnostic } from '../../src/spec/diagnostic';
import type { Spec, Step } from '../../src/spec/model';
import { parseSpec } from '../../src/spec/parse';
import { renderDiagnostic } from '../../src/spec/render';
import { DiagnosticList } from '../../src/spec/snippet';
import type { ParsedSpec, ParseSettings } from '../../src/spec/spec';

/** Parses a text as `spec.yaml`, with `--set` values if any. */
export function parseText(text: string, set: Readonly<Record<string, string>> = {}, maxCombinations = 256): ParsedSpec {
  const settings: ParseSettings = { set: new Map(Object.entries(set)), maxCombinations };
  return parseSpec({ path: 'spec.yaml', text }, settings);
}

/** The one spec of a text that must be right. */
function goodSpec(text: string): Spec {
  const { specs, diagnostics } = parseText(text);
  const [spec] = specs;
  if (spec === undefined || diagnostics.length > 0) throw new Error(renderAll(text, diagnostics));
  return spec;
}

/** The steps of a spec that consists of them alone. */
export function goodSteps(steps: string): readonly Step[] {
  return goodSpec(`name: test\nserver: { listen: 8080 }\nsteps:\n${steps}`).steps;
}

/** Code and marked text of each diagnostic of a spec that consists of these steps. */
export function troublesOf(steps: string): readonly string[] {
  const text = `name: test\nserver: { listen: 8080 }\nsteps:\n${steps}`;
  return parseText(text).diagnostics.map(({ code, span }) => `${code}: ${text.slice(span.start, span.end)}`);
}

export function renderAll(text: string, diagnostics: readonly Diagnostic[], path = 'spec.yaml'): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, { path, text })).join('\n\n');
}

/** Runs a parser of the notation and gives what it made, and code, marked text, message and hint of what it reported. */
export function collect<T>(
  text: string,
  parse: (complaints: DiagnosticList) => T,
): { made: T; troubles: string[]; hints: string[] } {
  const list = new DiagnosticList();
  const made = parse(list);
  const found = list.sorted();
  return {
    made,
    troubles: found.map(({ code, span, message }) => `${code} at \`${text.slice(span.start, span.end)}\`: ${message}`),
    hints: found.flatMap(({ hint }) => (hint === undefined ? [] : [hint])),
  };
}
