/** A page of the kernel's ring buffer (kernel/trace/ring_buffer.c), as trace_pipe_raw gives it, taken apart into records. */
import type { PageLayout } from './format';

/** Values of `type_len` that are no length (include/linux/ring_buffer.h). */
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
const DELTA_BITS = 27;
const LENGTH_MASK = 0xf_ffff;
/** In the word that holds the length: events were lost before this page. */
const MISSED_EVENTS = 1 << 31;

export interface RingPage {
  /** The time of the page, on the instance's clock; those of the records follow as distances. */
  readonly baseNs: bigint;
  readonly missed: boolean;
  readonly records: readonly RingRecord[];
}

export interface RingRecord {
  /** Since `baseNs`. */
  readonly sinceBaseNs: number;
  readonly start: number;
  readonly end: number;
}

/** Records of one page; their bytes stay in `view`. */
export function readPage(view: DataView, { commitAt, dataAt }: PageLayout): RingPage {
  const baseNs = view.getBigUint64(0, true);
  const commit = view.getUint32(commitAt, true);
  const end = Math.min(dataAt + (commit & LENGTH_MASK), view.byteLength);
  const records: RingRecord[] = [];
  let sinceBaseNs = 0;
  for (let at = dataAt; at + 4 <= end; ) {
    const word = view.getUint32(at, true);
    const type = word & 31;
    const delta = word >>> 5;
    if (type === PADDING && delta === 0) break;
    if (type === TIME_STAMP) {
      const absolute = BigInt(view.getUint32(at + 4, true)) * BigInt(1 << DELTA_BITS) + BigInt(delta);
      sinceBaseNs = Number(BigInt.asIntN(59, absolute - baseNs));
      at += 8;
      continue;
    }
    if (type === TIME_EXTEND) {
      sinceBaseNs += view.getUint32(at + 4, true) * 2 ** DELTA_BITS + delta;
      at += 8;
      continue;
    }
    const length = type === 0 || type === PADDING ? view.getUint32(at + 4, true) : type * 4;
    sinceBaseNs += delta;
    if (type !== PADDING) records.push({ sinceBaseNs, start: type === 0 ? at + 8 : at + 4, end: at + 4 + length });
    at += 4 + ((length + 3) & ~3);
  }
  return { baseNs, missed: (commit & MISSED_EVENTS) !== 0, records };
}
