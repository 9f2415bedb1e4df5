/**
 * `rst: { within: 10ms, not_before: 1ms, flags: R. }`: a reset inside a hard window.
 */
import type { Ns } from '../../base/nanoseconds';
import type { PacketNotation, When } from '../model';
import { parseFlagsOnly } from '../notation/segment';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { TCP_FLAG } from '../../wire/wire';
import { durationAt, scalarAt, textAt } from './access';
import { hardWindow } from './step-parts';
import { snippetOf } from './tree';
import type { Tree } from './tree';

/** All twelve flags. */
const EVERY_FLAG = 0xfff;

export interface LoweredRst {
  readonly label: string;
  readonly packet: PacketNotation;
  readonly when: When;
}

/** @param anchor what the window is counted from */
export function lowerRst(
  tree: Tree | undefined,
  anchor: 'previous' | 'connection',
  complaints: Complaints,
): LoweredRst | undefined {
  const packet = resetPattern(tree, complaints);
  const endNs = durationAt(tree, 'within', complaints);
  const startNs = durationAt(tree, 'not_before', complaints) ?? 0;
  if (packet === undefined || endNs === undefined) return undefined;
  if (!isOrdered(tree, startNs, endNs, complaints)) return undefined;
  return { label: `rst ${textAt(tree, 'flags') ?? 'R or R.'}`, packet, when: hardWindow(anchor, startNs, endNs) };
}

function isOrdered(tree: Tree | undefined, startNs: Ns, endNs: Ns, complaints: Complaints): boolean {
  const notBefore = scalarAt(tree, 'not_before');
  if (notBefore === undefined || startNs <= endNs) return true;
  complaints.report(errorAt(notBefore.span, 'bad-time', '`not_before` is later than `within`'));
  return false;
}

function resetPattern(tree: Tree | undefined, complaints: Complaints): PacketNotation | undefined {
  const scalar = scalarAt(tree, 'flags');
  if (scalar === undefined) return { kind: 'tcp', flags: TCP_FLAG.RST, flagsMask: EVERY_FLAG & ~TCP_FLAG.ACK };
  const flags = parseFlagsOnly(snippetOf(scalar), complaints);
  if (flags === undefined) return undefined;
  if ((flags & TCP_FLAG.RST) !== 0) return { kind: 'tcp', flags };
  complaints.report(
    errorAt(
      scalar.span,
      'bad-value',
      `\`${scalar.text}\` is no reset`,
      'write `R`, `R.`, or leave `flags` out for either',
    ),
  );
  return undefined;
}
