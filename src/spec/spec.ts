/**
 * The text side of packetspec: source text -> `Spec`, with diagnostics.
 *
 * `parseSpec` never throws and never stops at the first mistake. It reads the file it is given and nothing else.
 * Deliberately absent: IP versions, ports, clocks (the compiler's), and any file access (the suite's).
 */
import type { Diagnostic } from './diagnostic';
import type { IpVariant, Spec } from './model';

/** What the command line says about every spec. */
export interface ParseSettings {
  /** `--set NAME=VALUE`: overrides a variable, or pins a matrix axis to one value. */
  readonly set: ReadonlyMap<string, string>;
  /** The most runs (matrix combinations) that one file may ask for. */
  readonly maxCombinations: number;
  /** What the command line says about packetdrill scripts; nothing when absent. */
  readonly pkt?: PktSettings;
}

/** What the command line says about packetdrill scripts. It goes before what a script says itself. */
export interface PktSettings {
  /** The name of a set of parameters that a known runner of such scripts passes, e.g. `kselftest`. */
  readonly profile?: string;
  /** `-D NAME=VALUE`. */
  readonly defines: ReadonlyMap<string, string>;
  /** packetdrill's own options by name, without dashes: `tolerance_usecs` -> `14000`. */
  readonly options: ReadonlyMap<string, string>;
  /** The IP variants of scripts that name none; absent: the profile's, or IPv4, which is packetdrill's default. */
  readonly ip?: readonly IpVariant[];
  /** Skip scripts whose commands need what is not here; true when absent. */
  readonly gate?: boolean;
}

export interface ParsedSpec {
  /** One per combination of matrix values; empty when there is an error. */
  readonly specs: readonly Spec[];
  readonly diagnostics: readonly Diagnostic[];
  /** What `--set` may name: variables and axes of the matrix. */
  readonly settable: readonly string[];
}
