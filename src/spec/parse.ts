/**
 * Source text -> specs: the one entry to the languages.
 */
import type { SourceFile } from './source';
import type { ParsedSpec, ParseSettings } from './spec';
import { parseYaml } from './yaml/parse-yaml';

/** Parses a spec. Never throws; every mistake of the file is in `diagnostics`, in the order of the text. */
export function parseSpec(file: SourceFile, settings: ParseSettings): ParsedSpec {
  return parseYaml(file, settings);
}
