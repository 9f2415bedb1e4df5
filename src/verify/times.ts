/** Which checks are about time. */
import type { Check } from '../match/match';

/** Fields of TCP_INFO that measure time. */
const TIMES = /^tcpi_(?:.*rtt.*|rto|ato|busy_time|rwnd_limited|sndbuf_limited|last_.*|total_rto_time|.*rate.*)$/;

export function isCode({ kind }: Check): boolean {
  return kind === 'code';
}

/** Whether a code block differs that looks at times which the kernel has measured; how far off they are cannot be told. */
export function looksAtTimes({ mismatches }: Check): boolean {
  return mismatches.some(({ field }) => TIMES.test(field));
}
