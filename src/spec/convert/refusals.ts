/** What a script says as a whole and YAML has no words for. */
import type { NetworkSettings, Spec } from '../model';
import { optionSpan } from '../option-span';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';

const KEEP = '`packetspec run` takes the script as it is';

/** Reports everything of the script that cannot be converted, but for its steps. @param port that of bind() in YAML */
export function refuseSettings(spec: Spec, port: number, complaints: Complaints): void {
  const { file, network, script, requires, connections } = spec;
  const refuse = (option: string, why: string): void => {
    const message = `a spec in YAML has no --${option}: ${why}`;
    complaints.report(errorAt(optionSpan(file.text, option), 'not-supported', message, KEEP));
  };
  if (network.gsoSize !== undefined) refuse('mss', 'what it injects is never merged from smaller segments');
  if (network.speedMbps !== undefined) refuse('speed', 'its device has no speed');
  if ((network.bindPort ?? port) !== port) refuse('bind_port', `bind(..., ...) means ${port}`);
  if (script?.timestampTickNs !== undefined) refuse('tcp_ts_tick_usecs', 'the values of timestamps are only names');
  if (script?.scaledEchoes === true) refuse('tcp_ts_ecr_scaled', 'a timestamp that nothing carried cannot be echoed');
  if (script?.toleratesPackets === true) refuse('non_fatal', 'a segment that differs is a failure');
  if (spec.steps.some(({ action }) => action.kind === 'expect' && action.joined === false))
    refuse('strict_segments', 'with `super_segments`, what comes in pieces is taken together');
  for (const what of requires.unsupported) {
    complaints.report(errorAt({ start: 0, end: 0 }, 'not-supported', `this script needs ${what}`));
  }
  for (const { name, protocol, span } of connections) {
    if (protocol === undefined || protocol === 'tcp') continue;
    const message = `connection \`${name}\` is for ${protocol.toUpperCase()}; those of a spec in YAML are for TCP`;
    complaints.report(errorAt(span, 'not-supported', message, KEEP));
  }
}

/**
 * Warns of what is left out, since it makes no difference to the kernel's behaviour in most scripts.
 * @param own the network of specs in YAML
 */
export function warnOfLosses(spec: Spec, own: NetworkSettings, complaints: Complaints): void {
  const { file, network, script } = spec;
  const warn = (span: Span, message: string, hint: string): void =>
    complaints.report({ severity: 'warning', code: 'not-supported', span, message, hint });
  for (const [key, option] of [
    ['localAddress', 'local_ip'],
    ['remoteAddress', 'remote_ip'],
  ] as const) {
    if (network[key] === own[key]) continue;
    const message = `the spec has an address of its own: ${String(own[key])} in place of ${String(network[key])}`;
    warn(optionSpan(file.text, option), message, 'it matters to Fast Open cookies, and to commands that name it');
  }
  if (script?.cleanup !== undefined) {
    const message = 'the cleanup command is left out: the network of a run ends with it';
    warn(script.cleanup.span, message, 'files that the script leaves behind are yours to remove');
  }
}
