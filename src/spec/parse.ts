/**
 * Source text -> specs: the one entry to the languages.
 */
import { parsePkt } from './pkt/parse-pkt';
import type { SourceFile } from './source';
import type { ParsedSpec, ParseSettings } from './spec';
import { parseYaml } from './yaml/parse-yaml';

/** Parses a spec: a packetdrill script where the name ends in `.pkt`, else YAML. Never throws; every mistake of the file is in `diagnostics`, in the order of the text. */
export function parseSpec(file: SourceFile, settings: ParseSettings): ParsedSpec {
  return file.path.endsWith('.pkt') ? parsePkt(file, settings) : parseYaml(file, settings);
}
