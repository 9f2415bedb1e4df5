/**
 * The two sequence spaces of one connection: the numbers of the script and those on the wire.
 *
 * As in packetdrill: a SYN carries absolute script numbers; everything after it counts from the initial sequence
 * number, so the first byte is 1. The harness's side (`remote`) is what the spec injects; the kernel's (`local`) is
 * learned from its SYN or SYN+ACK. Before that, and for segments out of the blue, both spaces are the same.
 */
import { seqAdd, seqDistance } from '../wire/seq';
import type { SegmentPattern } from '../wire/pattern';
import { TCP_FLAG, type TcpOption, type TcpSegment } from '../wire/wire';
import { hasFlags, segmentLength } from '../wire/segment';

const UINT32 = 2 ** 32;

/** A problem of the script that shows only against live numbers. */
export interface MappingMistake {
  readonly mistake: string;
}

/**
 * What may be echoed in `TS ecr`: `lenient` also 0, which nothing carried; `strict` only values that a taken segment
 * carried, as in packetdrill; `scaled` also values between them, counted from the first (--tcp_ts_ecr_scaled).
 */
export type EchoRule = 'lenient' | 'strict' | 'scaled';

export class SequenceSpace {
  readonly #echoes: EchoRule;
  /** Live number of script number 0, per side. */
  #remoteBase = 0;
  #localBase = 0;
  #localKnown = false;
  /** What the spec calls the kernel's initial number, once a step has taken its SYN. */
  #namedIsn: number | undefined;
  #remoteKnown = false;
  /** Live number of an injected SYN that the kernel has not answered. */
  #unansweredSyn: number | undefined;
  /** What the next injected segment gets when the spec leaves it out, in script numbers. */
  #remoteNext = 0;
  #localNext = 0;
  /** Timestamp values: what the spec calls them -> what the kernel sent. */
  readonly #timestampLabels = new Map<number, number>();
  /** The first value that a taken segment carried, by both its names. */
  #firstTimestamp: { readonly script: number; readonly live: number } | undefined;
  #lastLiveTimestamp = 0;
  #lastSentTimestamp = 0;

  constructor(echoes: EchoRule = 'lenient') {
    this.#echoes = echoes;
  }

  /** The pattern with everything filled in that the sequence spaces know, in live numbers. */
  toLive(pattern: SegmentPattern): SegmentPattern | MappingMistake {
    const isSyn = hasFlags(pattern, TCP_FLAG.SYN);
    const scriptSeq = pattern.seq ?? (isSyn ? 0 : this.#remoteNext);
    const seq = isSyn ? wrap(scriptSeq) : seqAdd(this.#remoteBase, scriptSeq);
    const ack = this.#liveAck(pattern);
    const options = this.#liveOptions(pattern);
    if (options !== undefined && 'mistake' in options) return options;
    return { ...pattern, seq, ack, ...(options === undefined ? {} : { options }) };
  }

  /** The script number of the kernel's own SYN; absent until a step has named it. */
  get namedIsn(): number | undefined {
    return this.#namedIsn;
  }

  /** The live number of one of the kernel's own script numbers. */
  liveLocalSeq(scriptSeq: number): number {
    return seqAdd(this.#localBase, scriptSeq);
  }

  /** The segment was injected: later numbers follow it. */
  sent(pattern: SegmentPattern): void {
    const isSyn = hasFlags(pattern, TCP_FLAG.SYN);
    const scriptSeq = pattern.seq ?? (isSyn ? 0 : this.#remoteNext);
    for (const option of pattern.options?.list ?? []) {
      if (option.kind === 'timestamp' && option.val !== undefined) this.#lastSentTimestamp = option.val;
    }
    if (isSyn) this.#sentSyn(wrap(scriptSeq));
    const end = (isSyn ? 1 : scriptSeq) + (pattern.length ?? 0) + (hasFlags(pattern, TCP_FLAG.FIN) ? 1 : 0);
    if (!hasFlags(pattern, TCP_FLAG.RST)) this.#remoteNext = isSyn ? end : Math.max(this.#remoteNext, end);
  }

  /** A segment of the kernel was seen, before it is compared with anything. */
  observed(segment: TcpSegment): void {
    if (this.#answersSyn(segment)) this.#startOver(segment.seq);
    else if (hasFlags(segment, TCP_FLAG.SYN) && !this.#localKnown) this.#learnLocal(segment.seq);
    const timestamp = timestampOf(segment.options);
    if (timestamp !== undefined) this.#lastLiveTimestamp = timestamp;
    if (hasFlags(segment, TCP_FLAG.RST)) return;
    this.#localNext = Math.max(
      this.#localNext,
      seqDistance(this.#localBase, seqAdd(segment.seq, segmentLength(segment))),
    );
  }

  /** The segment in script numbers; the kernel's own SYN is number 0, whatever the spec calls it. */
  toScript(segment: TcpSegment): TcpSegment {
    const seq = seqDistance(this.#localBase, segment.seq);
    return {
      ...segment,
      seq: wrap(seq),
      ack: this.#scriptAck(segment),
      options: segment.options.map((option) => this.#scriptOption(option)),
    };
  }

  /** What acknowledges a SYN in a SYN is absolute, as the SYN's own number is. */
  #scriptAck(segment: TcpSegment): number {
    const isAbsolute = !hasFlags(segment, TCP_FLAG.ACK) || hasFlags(segment, TCP_FLAG.SYN);
    return isAbsolute ? segment.ack : wrap(seqDistance(this.#remoteBase, segment.ack));
  }

  /** An injected segment in script numbers, for showing it. */
  injectedToScript(segment: TcpSegment): TcpSegment {
    const isSyn = hasFlags(segment, TCP_FLAG.SYN);
    const seq = isSyn ? segment.seq : wrap(seqDistance(this.#remoteBase, segment.seq));
    const ack = hasFlags(segment, TCP_FLAG.ACK) ? wrap(seqDistance(this.#localBase, segment.ack)) : segment.ack;
    return { ...segment, seq, ack };
  }

  /** A step took the segment: its SYN's number and its timestamp get the names that the spec gave them. */
  matched(pattern: SegmentPattern, segment: TcpSegment): void {
    if (hasFlags(pattern, TCP_FLAG.SYN) && hasFlags(segment, TCP_FLAG.SYN)) this.#namedIsn ??= pattern.seq;
    const val = timestampOf(pattern.options?.list);
    const live = timestampOf(segment.options);
    if (val === undefined || live === undefined) return;
    this.#timestampLabels.set(val, live);
    this.#firstTimestamp ??= { script: val, live };
  }

  /** By how many ticks a timestamp's live value is off its script value, counted from the first that was taken. */
  timestampDrift(script: number, live: number): number {
    const first = this.#firstTimestamp ?? { script, live };
    return Math.abs(seqDistance(wrap(script - first.script), wrap(live - first.live)));
  }

  /** The first SYN sets the base at once; a later one only when the kernel takes it for a new connection. */
  #sentSyn(seq: number): void {
    if (!this.#remoteKnown) this.#remoteBase = seq;
    this.#remoteKnown = true;
    this.#unansweredSyn = seq;
  }

  /** A SYN or SYN+ACK of the kernel, or its refusal: RST with sequence number 0 (RFC 9293 section 3.5.2). */
  #answersSyn(segment: TcpSegment): boolean {
    if (this.#unansweredSyn === undefined) return false;
    const acknowledges = hasFlags(segment, TCP_FLAG.ACK) && segment.ack === seqAdd(this.#unansweredSyn, 1);
    return acknowledges && (hasFlags(segment, TCP_FLAG.SYN) || (hasFlags(segment, TCP_FLAG.RST) && segment.seq === 0));
  }

  #startOver(localSeq: number): void {
    this.#remoteBase = this.#unansweredSyn ?? this.#remoteBase;
    this.#unansweredSyn = undefined;
    this.#localNext = 0;
    this.#learnLocal(localSeq);
  }

  /** The same number again is a repetition, which keeps its name. */
  #learnLocal(seq: number): void {
    if (this.#localKnown && seq === this.#localBase) return;
    this.#localBase = seq;
    this.#localKnown = true;
    this.#namedIsn = undefined;
  }

  #liveAck(pattern: SegmentPattern): number {
    const written = pattern.ack;
    if (!hasFlags(pattern, TCP_FLAG.ACK)) return wrap(written ?? 0);
    const isAbsolute = written !== undefined && hasFlags(pattern, TCP_FLAG.SYN);
    return seqAdd(this.#localBase, (written ?? this.#localNext) - (isAbsolute ? (this.#namedIsn ?? 0) : 0));
  }

  #liveOptions(pattern: SegmentPattern): SegmentPattern['options'] | MappingMistake {
    const options = pattern.options;
    if (options === undefined) return undefined;
    const list: (typeof options.list)[number][] = [];
    for (const option of options.list) {
      if (option.kind === 'sack' && option.blocks !== undefined) {
        const blocks = option.blocks.map(({ left, right }) => ({
          left: seqAdd(this.#localBase, left),
          right: seqAdd(this.#localBase, right),
        }));
        list.push({ ...option, blocks });
      } else if (option.kind === 'timestamp') {
        const ecr = this.#liveEcr(option.ecr, hasFlags(pattern, TCP_FLAG.ACK));
        if (ecr === undefined)
          return { mistake: `no segment with \`TS val ${option.ecr ?? 0}\` was seen, so its echo cannot be sent` };
        list.push({ kind: 'timestamp', val: option.val ?? this.#lastSentTimestamp, ecr });
      } else {
        list.push(option);
      }
    }
    return { ...options, list };
  }

  #liveEcr(ecr: number | undefined, acknowledges: boolean): number | undefined {
    if (ecr === undefined) return this.#lastLiveTimestamp;
    const known = this.#timestampLabels.get(ecr);
    // Without the ACK flag the field is no echo, but bytes (RFC 7323 section 3.2).
    if (this.#echoes === 'lenient') return ecr === 0 ? 0 : (known ?? (acknowledges ? undefined : ecr));
    if (!acknowledges) return ecr;
    if (known !== undefined || this.#echoes === 'strict' || this.#firstTimestamp === undefined) return known;
    return wrap(ecr - this.#firstTimestamp.script + this.#firstTimestamp.live);
  }

  #scriptOption(option: TcpOption): TcpOption {
    if (option.kind !== 'sack') return option;
    const blocks = option.blocks.map(({ left, right }) => ({
      left: wrap(seqDistance(this.#remoteBase, left)),
      right: wrap(seqDistance(this.#remoteBase, right)),
    }));
    return { kind: 'sack', blocks };
  }
}

function wrap(value: number): number {
  return ((value % UINT32) + UINT32) % UINT32;
}

/** The value of the timestamp among options, if there is one. */
export function timestampOf(
  options: readonly { readonly kind: string; readonly val?: number }[] | undefined,
): number | undefined {
  return options?.find((option) => option.kind === 'timestamp')?.val;
}
