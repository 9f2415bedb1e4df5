/**
 * A packetdrill script -> the spec in YAML that comes to the same verdict, as text.
 *
 * script -> `Spec`s (by the script's own parser) -> lines. What has no words in YAML is kept as a `script` step; what
 * has no place there either is reported, and then there is no text. Comments come along.
 *
 * Deliberately absent: files, and the scripts that a script calls: `./defaults.sh` is called from the folder of the
 * spec.
 */
import type { Diagnostic } from '../diagnostic';
import type { IpVariant, Spec } from '../model';
import { parsePkt } from '../pkt/parse-pkt';
import { DiagnosticList, errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { SourceFile } from '../source';
import type { ParseSettings } from '../spec';
import { listNames } from '../suggest';
import { parseYaml } from '../yaml/parse-yaml';
import { headLines, type YamlDefaults } from './head';
import { plainSysctls } from './plain-sysctls';
import { refuseSettings, warnOfLosses } from './refusals';
import { ScriptComments } from './script-comments';
import { stepLines } from './steps';

export interface Converted {
  /** Absent when there is an error among the diagnostics. */
  readonly text?: string;
  /** Of the script, in its order. */
  readonly diagnostics: readonly Diagnostic[];
}

const WHOLE = { start: 0, end: 0 };

/** Converts a script. Never throws; whatever stands in the way is told, with its line. */
export function convertScript(file: SourceFile, settings: ParseSettings, defaults: YamlDefaults): Converted {
  const parsed = parsePkt(file, settings);
  const list = new DiagnosticList();
  for (const one of parsed.diagnostics) list.report(one);
  const text = writeSpecs(parsed.specs, defaults, list);
  if (text !== undefined && !list.hasErrors) checkText(text, list);
  return { ...(text === undefined || list.hasErrors ? {} : { text }), diagnostics: list.sorted() };
}

/** The variants of a script become one spec, when they come to the same. */
function writeSpecs(specs: readonly Spec[], defaults: YamlDefaults, complaints: Complaints): string | undefined {
  const [first, ...others] = specs;
  if (first === undefined) return undefined;
  const ip = specs.flatMap((spec) => spec.ip);
  const text = writeSpec(first, ip, defaults, complaints);
  const different = others.find((spec) => writeSpec(spec, ip, defaults, complaints) !== text);
  if (different === undefined) return text;
  const message = `this script means one thing over ${first.ip.join()} and another over ${different.ip.join()}`;
  const hint = `convert it for one of them: ${listNames(ip.map((name) => `--ip ${name}`))}`;
  complaints.report(errorAt(WHOLE, 'not-supported', message, hint));
  return undefined;
}

function writeSpec(spec: Spec, ip: readonly IpVariant[], defaults: YamlDefaults, complaints: Complaints): string {
  refuseSettings(spec, defaults.port, complaints);
  warnOfLosses(spec, defaults.network(spec.ip[0] ?? 'ipv4'), complaints);
  const init = spec.script?.init;
  const sysctls = init === undefined ? new Map<string, string>() : plainSysctls(init.text);
  const comments = new ScriptComments(spec.file.text);
  const first = init?.span ?? spec.steps[0]?.span ?? WHOLE;
  const top = comments.takeUntil({ start: first.start, end: first.start });
  const head = headLines({ spec, ip, sysctls: sysctls ?? new Map<string, string>(), defaults, nameOf });
  const kept = sysctls === undefined ? init?.text : undefined;
  const steps = stepLines({ spec, init: kept, comments, nameOf }, complaints);
  return [...top.lines.map((line) => `# ${line}`.trimEnd()), ...head, 'steps:', ...steps, ''].join('\n');
}

/** Connections are numbers in a script, but for the first one. */
function nameOf(connection: string): string {
  return /^\d/.test(connection) ? `connection${connection}` : connection;
}

/** What YAML refuses was never an equivalent. */
function checkText(text: string, complaints: Complaints): void {
  const { diagnostics } = parseYaml({ path: 'converted.yaml', text }, { set: new Map(), maxCombinations: 1 });
  for (const { severity, message } of diagnostics) {
    if (severity === 'error')
      complaints.report(errorAt(WHOLE, 'not-supported', `the script comes to a spec that is refused: ${message}`));
  }
}
