/** `packetspec convert`: a packetdrill script as a spec in YAML, on standard output. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../base/message';
import { diagnosticLines } from '../report/console';
import { convertScript } from '../spec/convert/convert';
import type { PlanSettings } from '../suite/plan';
import { DEFAULT_TOLERANCE } from '../timeline/compile';
import { DEFAULT_PORT } from '../timeline/connections';
import { networkOf } from '../timeline/network';
import { EXIT } from './exit-codes';
import { complain } from './read-plan';

const DEFAULTS = { network: networkOf, tolerance: DEFAULT_TOLERANCE, port: DEFAULT_PORT };

/** Prints the spec, and what stands in its way on standard error; answers with the exit code. */
export function convertCommand(path: string, settings: PlanSettings): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    complain([`${path}: ${messageOf(error)}`]);
    return EXIT.rejected;
  }
  const file = { path, text };
  const converted = convertScript(file, settings, DEFAULTS);
  const lines = diagnosticLines({ file, diagnostics: converted.diagnostics });
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  if (converted.text === undefined) return EXIT.rejected;
  process.stdout.write(converted.text);
  return EXIT.passed;
}
