import { convertScript, type Converted } from '../../../src/spec/convert/convert';
import type { PktSettings } from '../../../src/spec/spec';
import { DEFAULT_TOLERANCE } from '../../../src/timeline/compile';
import { DEFAULT_PORT } from '../../../src/timeline/connections';
import { networkOf } from '../../../src/timeline/network';
import { renderAll } from '../support';

const DEFAULTS = { network: networkOf, tolerance: DEFAULT_TOLERANCE, port: DEFAULT_PORT };

/** Converts a text as `folder/script.pkt`. */
export function convert(text: string, pkt: Partial<PktSettings> = {}): Converted {
  const settings = { set: new Map(), maxCombinations: 1, pkt: { defines: new Map(), options: new Map(), ...pkt } };
  return convertScript({ path: 'folder/script.pkt', text }, settings, DEFAULTS);
}

/** The spec of a script that must be convertible. */
export function converted(text: string, pkt: Partial<PktSettings> = {}): string {
  const { text: yaml, diagnostics } = convert(text, pkt);
  if (yaml === undefined) throw new Error(renderAll(text, diagnostics));
  return yaml;
}

export function stepsOf(yaml: string): string {
  return yaml.slice(yaml.indexOf('steps:\n') + 'steps:\n'.length);
}

/** Places and code of everything that stands in the way or is lost. */
export function troubles(text: string, pkt: Partial<PktSettings> = {}): readonly string[] {
  return convert(text, pkt).diagnostics.map(({ severity, span, message }) => {
    return `${severity} at ${text.slice(span.start, span.end).split('\n')[0] ?? ''}: ${message}`;
  });
}
