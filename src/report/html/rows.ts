/** Evidence as rows of the page's ladder. */
import type { CrossedPacket } from '../../match/connections';
import { printLoss } from '../../match/kernel-events';
import type { Check } from '../../match/match';
import { toHex } from '../../base/hex';
import { printPacket } from '../../wire/print';
import type { Evidence } from '../evidence';
import { hasFailed } from '../fold';
import type { RowView, SegmentRow } from './view';

export function rowOf(evidence: Evidence): RowView {
  const failed = hasFailed(evidence) ? ({ failed: true } as const) : {};
  switch (evidence.kind) {
    case 'segment':
      return { ...segmentRow(evidence), ...failed };
    case 'missed': {
      const { atNs, line, check } = evidence;
      const remarks = present([check.message]);
      return {
        kind: 'missed',
        atNs,
        line,
        ...named(evidence.connection),
        text: check.expected ?? '',
        ...remarks,
        ...failed,
      };
    }
    case 'note': {
      const { atNs, line, text } = evidence;
      return { kind: 'note', atNs, line, ...named(evidence.connection), text, ...failed };
    }
    case 'kernel':
      return { kind: 'note', atNs: evidence.atNs, ...named(evidence.connection), text: evidence.text };
  }
}

function segmentRow(row: Extract<Evidence, { kind: 'segment' }>): SegmentRow {
  const { packet, line, stray, repetition, check } = row;
  return {
    kind: 'segment',
    atNs: row.atNs,
    direction: packet.direction,
    ...named(packet.connection),
    ...(line === undefined ? {} : { line }),
    text: printPacket(packet.script),
    hex: toHex(packet.bytes),
    ...(stray ? { stray: true } : {}),
    ...(repetition === 0 ? {} : { repetition }),
    ...present([...(check === undefined || check.passed ? [] : remarksOn(check)), lossOf(packet)]),
  };
}

function lossOf({ loss }: CrossedPacket): string | undefined {
  return loss === undefined ? undefined : printLoss(loss);
}

function remarksOn(check: Check): readonly (string | undefined)[] {
  if (check.kind !== 'segment') return [`failed: ${check.title}`];
  const fields = check.mismatches.map(
    ({ field, expected, observed }) => `${field}: expected ${expected}, observed ${observed}`,
  );
  return [`expected ${check.expected ?? ''}`, ...fields, check.message];
}

function named(connection: string | undefined): { readonly connection?: string } {
  return connection === undefined ? {} : { connection };
}

function present(remarks: readonly (string | undefined)[]): { readonly remarks?: readonly string[] } {
  const told = remarks.filter((remark) => remark !== undefined && remark !== '');
  return told.length === 0 ? {} : { remarks: told as readonly string[] };
}
