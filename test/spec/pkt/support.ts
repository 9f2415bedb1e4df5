import type { Spec } from '../../../src/spec/model';
import { parseSpec } from '../../../src/spec/parse';
import type { ParsedSpec, PktSettings } from '../../../src/spec/spec';
import { renderAll } from '../support';

/** Parses a text as `script.pkt`. */
export function parseScript(text: string, pkt: Partial<PktSettings> = {}, path = 'script.pkt'): ParsedSpec {
  const settings = { defines: new Map(), options: new Map(), ...pkt };
  return parseSpec({ path, text }, { set: new Map(), maxCombinations: 256, pkt: settings });
}

/** The specs of a script that must be right. */
export function goodScripts(text: string, pkt: Partial<PktSettings> = {}, path = 'script.pkt'): readonly Spec[] {
  const { specs, diagnostics } = parseScript(text, pkt, path);
  if (specs.length === 0 || diagnostics.length > 0) throw new Error(renderAll(text, diagnostics, path));
  return specs;
}

export function goodScript(text: string, pkt: Partial<PktSettings> = {}): Spec {
  const [spec] = goodScripts(text, pkt);
  if (spec === undefined) throw new Error('no spec');
  return spec;
}

/** Code, marked text and message of everything that is said of a script. */
export function scriptTroubles(text: string, pkt: Partial<PktSettings> = {}): readonly string[] {
  return parseScript(text, pkt).diagnostics.map(
    ({ code, span, message }) => `${code} at \`${text.slice(span.start, span.end)}\`: ${message}`,
  );
}

/** A server with one connection, whose socket is 4. */
export const HANDSHAKE = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+0 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
`;
