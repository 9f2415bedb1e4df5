/** Two outcomes of one script -> what they differ in. */
import type { Outcome } from './outcome';

export interface Compared {
  /** Relative path and variant: `tcp_a.pkt [ipv4]`. */
  readonly name: string;
  /** The script, to tell which lines belong to one event. */
  readonly text: string;
  readonly packetdrill: Outcome;
  readonly packetspec: Outcome;
}

export type Difference = 'verdict' | 'line' | 'kind';

/** The first thing in which they differ; `undefined` when they agree. */
export function differenceOf({ text, packetdrill, packetspec }: Compared): Difference | undefined {
  if (packetdrill.passed !== packetspec.passed) return 'verdict';
  if (packetdrill.passed) return undefined;
  if (packetdrill.line !== undefined && packetspec.line !== undefined) {
    if (eventLine(text, packetdrill.line) !== eventLine(text, packetspec.line)) return 'line';
  }
  return packetdrill.kinds.some((kind) => packetspec.kinds.includes(kind)) ? undefined : 'kind';
}

/** The line on which the event begins of which a line is part: one tool tells where it begins, the other where it ends. */
export function eventLine(text: string, line: number): number {
  const lines = text.split('\n');
  let [begin, inCode] = [1, false];
  for (let number = 1; number <= Math.min(line, lines.length); number++) {
    const written = lines[number - 1] ?? '';
    if (!inCode && BEGIN.test(written)) begin = number;
    inCode = inCode ? !written.includes('}%') : /%\{(?!.*\}%)/.test(written);
  }
  return begin;
}

/** A time, a command or an option. */
const BEGIN = /^\s*(?:[+*]|\d|\.\d|`|--)/;

/** All differences, and how many of each there are. */
export function comparisonText(all: readonly Compared[]): string {
  const grouped = (['verdict', 'line', 'kind'] as const).map((difference) => {
    const ones = all.filter((one) => differenceOf(one) === difference);
    return [difference, ones] as const;
  });
  const details = grouped.flatMap(([difference, ones]) =>
    ones.length === 0 ? [] : [`--- different ${difference}`, ...ones.flatMap(pairLines), ''],
  );
  const remarks = all.flatMap(({ name, packetdrill }) =>
    packetdrill.remark === undefined ? [] : [`${name}: packetdrill ${packetdrill.remark}`],
  );
  const bothPass = all.filter(({ packetdrill, packetspec }) => packetdrill.passed && packetspec.passed).length;
  const neither = all.filter(({ packetdrill, packetspec }) => !packetdrill.passed && !packetspec.passed).length;
  const counts = grouped.map(([difference, ones]) => `${ones.length} with another ${difference}`).join(', ');
  return [
    ...details,
    ...(remarks.length === 0 ? [] : ['--- run again', ...remarks, '']),
    `${all.length} runs: both pass ${bothPass}, neither passes ${neither}; ${counts}`,
  ].join('\n');
}

/** What mutants must show: that nothing passes here which packetdrill rejects. The reverse is told, and is no error. */
export function mutantText(all: readonly Compared[]): string {
  const slipped = slippedThrough(all);
  const stricter = all.filter(({ packetdrill, packetspec }) => packetdrill.passed && !packetspec.passed);
  const alive = all.filter(({ packetdrill, packetspec }) => packetdrill.passed && packetspec.passed);
  return [
    ...(slipped.length === 0
      ? []
      : ['--- rejected by packetdrill, and passed here', ...slipped.flatMap(pairLines), '']),
    ...(stricter.length === 0 ? [] : ['--- passed by packetdrill, and not here', ...stricter.flatMap(pairLines), '']),
    `${all.length} mutants: ${all.length - slipped.length - stricter.length - alive.length} rejected by both, ` +
      `${alive.length} passed by both, ${slipped.length} passed only here, ${stricter.length} only by packetdrill`,
  ].join('\n');
}

/** Those that packetdrill rejects and packetspec passes. */
export function slippedThrough(all: readonly Compared[]): readonly Compared[] {
  return all.filter(({ packetdrill, packetspec }) => !packetdrill.passed && packetspec.passed);
}

function pairLines({ name, packetdrill, packetspec }: Compared): readonly string[] {
  return [name, `    packetdrill: ${outcomeText(packetdrill)}`, `    packetspec:  ${outcomeText(packetspec)}`];
}

function outcomeText({ passed, line, kinds, message, remark }: Outcome): string {
  const again = remark === undefined ? '' : ` (${remark})`;
  if (passed) return `pass${again}`;
  return `${line === undefined ? '' : `line ${line}, `}${kinds.join('/')}: ${message}${again}`;
}
