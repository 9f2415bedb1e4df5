/**
 * Times and durations as a spec writes them.
 *
 *     1.5s          from the start of the run       1s~2s            between the two
 *     +0.2s         from the previous step          +1s~+2s          between the two
 *     last+1s       from the connection's last      last+1s~+2s      between the two
 *     any           at any time
 *
 * A number without a unit counts seconds. Units: ns, us, ms, s, min, h.
 */
import { NS_PER_S, parseDuration } from '../../base/nanoseconds';
import type { Ns } from '../../base/nanoseconds';
import type { Anchor, When } from '../model';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';

/** How long `any` waits. */
export const ANY_LIMIT_NS: Ns = 60 * NS_PER_S;

/** Longer than any run: 30 days. */
export const LONGEST_NS: Ns = 30 * 24 * 3600 * NS_PER_S;

const DURATION_HINT = 'write a number with a unit: `200ms`, `1.5s`, `2min` (units: ns, us, ms, s, min, h)';
const TIME_HINT =
  'write `1.5s` (from the start), `+0.2s` (from the previous step), `last+1s` (from the last segment of the connection), `+1s~+2s` or `any`';

/** Reads a duration; reports what is none. */
export function readDuration(snippet: Snippet, complaints: Complaints): Ns | undefined {
  const durationNs = parseDuration(snippet.text);
  const span = snippet.locate(0, snippet.text.length);
  if (durationNs === undefined) {
    complaints.report(errorAt(span, 'bad-duration', `\`${snippet.text}\` is not a duration`, DURATION_HINT));
    return undefined;
  }
  if (durationNs > LONGEST_NS) {
    complaints.report(errorAt(span, 'out-of-range', `\`${snippet.text}\` is longer than 30 days`));
    return undefined;
  }
  return durationNs;
}

/** What a step can do with its time. */
export interface TimeRules {
  /** Ranges and `any` make sense only for what is expected. */
  readonly ranges: boolean;
}

/** Reads a time; reports what is none. */
export function readWhen(snippet: Snippet, rules: TimeRules, complaints: Complaints): When | undefined {
  const text = snippet.text.trim();
  const whole = snippet.locate(0, snippet.text.length);
  const rangeRefused = 'a range of times makes sense only for what is expected';
  if (text === 'any' || text === '*') {
    if (rules.ranges) return { kind: 'any', limitNs: ANY_LIMIT_NS };
    complaints.report(errorAt(whole, 'bad-time', rangeRefused, 'give one time, such as `+10ms`'));
    return undefined;
  }
  const tilde = text.indexOf('~');
  const first = readPoint(tilde === -1 ? text : text.slice(0, tilde));
  const second = tilde === -1 ? first : readPoint(text.slice(tilde + 1));
  if (first === undefined || second === undefined) {
    complaints.report(errorAt(whole, 'bad-time', `\`${text}\` is not a time`, TIME_HINT));
    return undefined;
  }
  const problem = tilde === -1 ? undefined : rangeProblem(first, second, rules, rangeRefused);
  if (problem !== undefined) {
    complaints.report(errorAt(whole, 'bad-time', ...problem));
    return undefined;
  }
  if (Math.max(first.ns, second.ns) > LONGEST_NS) {
    complaints.report(errorAt(whole, 'out-of-range', `\`${text}\` is longer than 30 days`));
    return undefined;
  }
  return { kind: 'window', anchor: first.anchor, startNs: first.ns, endNs: second.ns };
}

interface Point {
  readonly anchor: Anchor;
  readonly ns: Ns;
}

function readPoint(text: string): Point | undefined {
  const match = /^\s*(last\s*)?(\+)?\s*(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, last, plus, rest] = match;
  if (last !== undefined && plus === undefined && rest === '') return { anchor: 'connection', ns: 0 };
  if (last !== undefined && plus === undefined) return undefined;
  const ns = parseDuration(rest ?? '');
  if (ns === undefined) return undefined;
  if (last !== undefined) return { anchor: 'connection', ns };
  return { anchor: plus === undefined ? 'start' : 'previous', ns };
}

/** Message and hint when two points make no range. */
function rangeProblem(first: Point, second: Point, rules: TimeRules, refused: string): [string, string] | undefined {
  if (!rules.ranges) return [refused, 'give one time, such as `+10ms`'];
  const sameAnchor = first.anchor === second.anchor || (first.anchor === 'connection' && second.anchor === 'previous');
  if (!sameAnchor) {
    return [
      'the two ends of this range are not counted from the same moment',
      'write `1s~2s`, `+1s~+2s` or `last+1s~+2s`',
    ];
  }
  if (second.ns < first.ns) return ['this range ends before it begins', 'put the earlier time first'];
  return undefined;
}
