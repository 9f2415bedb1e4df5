/**
 * The text side of packetspec: source text -> `Spec`, with diagnostics.
 *
 * `parseSpec` never throws and never stops at the first mistake. It reads the file it is given and nothing else.
 * Deliberately absent: IP versions, ports, clocks (the compiler's), and any file access (the suite's).
 */
import type { Diagnostic } from './diagnostic';
import type { Spec } from './model';

/** What the command line says about every spec. */
export interface ParseSettings {
  /** `--set NAME=VALUE`: overrides a variable, or pins a matrix axis to one value. */
  readonly set: ReadonlyMap<string, string>;
  /** The most runs (matrix combinations) that one file may ask for. */
  readonly maxCombinations: number;
}

export interface ParsedSpec {
  /** One per combination of matrix values; empty when there is an error. */
  readonly specs: readonly Spec[];
  readonly diagnostics: readonly Diagnostic[];
  /** What `--set` may name: variables and axes of the matrix. */
  readonly settable: readonly string[];
}
