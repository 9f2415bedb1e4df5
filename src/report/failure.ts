/** Why a run did not pass, as lines for people: the spec's line, expected and observed, and the ladder of what crossed the link. */
import { formatDuration } from '../base/nanoseconds';
import type { Check } from '../match/match';
import type { RunResult } from '../suite/suite';
import { hintsElsewhere } from './elsewhere';
import { eventRemarks } from './kernel';
import { type LadderStyle, ladderLines } from './ladder';
import { markFields } from './mark';
import type { Paint } from './paint';

/** The explanation of a failed run, without its headline. */
export function failureLines(result: RunResult, style: LadderStyle): readonly string[] {
  const { verdict, run } = result;
  const { paint } = style;
  const failed = verdict.checks.filter((check) => !check.passed);
  const notReached = verdict.notReached === 0 ? [] : [paint('dim', `${verdict.notReached} later step(s) not reached`)];
  return [
    ...failed.flatMap((check) => checkLines(check, run.timeline, paint)),
    ...doubtLines(result, paint),
    ...notReached,
    ...ladderLines(result, style),
    ...eventRemarks(result, paint),
    ...hintsElsewhere(result, paint),
  ];
}

function doubtLines({ verdict, attempts }: RunResult, paint: Paint): readonly string[] {
  if (verdict.doubt === undefined) return [];
  const again = attempts === 1 ? '; more --retries would settle it' : `, but it came in each of ${attempts} attempts`;
  return [paint('dim', `${verdict.doubt}${again}`)];
}

function checkLines(check: Check, timeline: RunResult['run']['timeline'], paint: Paint): readonly string[] {
  const step = timeline.steps[check.step];
  const line = step?.place.line ?? 0;
  const gutter = ' '.repeat(String(line).length);
  const fields = check.mismatches.map(({ field }) => field);
  return [
    `${paint('bold', `${timeline.file}:${line}:${step?.place.column ?? 1}`)}: ${check.title === step?.label ? check.title : `${step?.label ?? ''}: ${check.title}`}`,
    `${line} | ${step?.place.text ?? ''}`,
    ...compared(check, fields).map((text) => `${gutter} | ${text}`),
    ...check.mismatches.map(
      ({ field, expected, observed }) =>
        `${gutter} = ${paint('bad', field)}: expected ${expected}, observed ${observed}`,
    ),
    ...(check.message === undefined ? [] : [`${gutter} = ${paint('bad', check.message)}`]),
    `${gutter} = at ${formatDuration(check.atNs)}`,
  ];
}

function compared({ kind, expected, observed }: Check, fields: readonly string[]): readonly string[] {
  if (kind !== 'segment' || expected === undefined) return [];
  return [
    ...marked('expected', expected, fields),
    ...(observed === undefined ? [] : marked('observed', observed, fields)),
  ];
}

function marked(side: string, text: string, fields: readonly string[]): readonly string[] {
  const carets = markFields(text, fields);
  return [`${side}  ${text}`, ...(carets === '' ? [] : [`          ${carets}`])];
}
