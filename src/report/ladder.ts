/**
 * A run drawn in time, for the terminal: the harness on the left, the kernel on the right, an arrow for each segment,
 * and beside them what the steps looked at. No wider than it is told, and readable without colour.
 */
import { visible } from '../base/printable';
import { formatDuration, type Ns, NS_PER_MS, NS_PER_S } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import { printLoss } from '../match/kernel-events';
import type { RunResult } from '../suite/suite';
import { printPacket } from '../wire/print';
import { type Evidence, evidenceOf } from './evidence';
import { type Folded, fold, hasFailed } from './fold';
import type { Paint, Style } from './paint';
import { shorten, wrapText } from './wrap';

export interface LadderStyle {
  readonly paint: Paint;
  /** How wide the lines may be. */
  readonly columns: number;
  /** Also what a reader can do without in a long run. */
  readonly whole: boolean;
}

/** For reports that others read. */
export const PLAIN: LadderStyle = { paint: (_style, text) => text, columns: 100, whole: false };

/** A pause longer than this gets a row of its own. */
const PAUSE_NS = 100 * NS_PER_MS;
const NAME_COLUMNS = 12;
/** Wide arrows where they leave this much for the segments. */
const TEXT_COLUMNS = 34;

/** What is drawn between the rails, for each kind of row. */
type Drawing = 'in' | 'out' | 'missing' | 'kernel' | 'pause';

interface Layout {
  readonly line: number;
  readonly time: number;
  /** 0 when all is one connection. */
  readonly name: number;
  readonly arrow: number;
  readonly text: number;
}

/** A row before it is laid out. */
interface Cells {
  /** `!` where something failed, `?` at a segment that no step took. */
  readonly mark: ' ' | '!' | '?';
  readonly line: string;
  readonly time: string;
  readonly name: string;
  readonly drawing: Drawing;
  /** The first begins beside the arrow, each of the others on a line of its own. */
  readonly texts: readonly string[];
}

/** The ladder as lines, with its heading. */
export function ladderLines(
  result: Pick<RunResult, 'run' | 'verdict'>,
  { paint, columns, whole }: LadderStyle,
): readonly string[] {
  const evidence = evidenceOf(result);
  const nothing = result.verdict.crossed.length > 0 ? [] : [paint('dim', 'no segment crossed the link')];
  if (evidence.length === 0) return nothing;
  const rows = whole ? evidence : fold(evidence);
  const layout = layoutOf(evidence, columns);
  return [paint('dim', heading(layout)), ...draw(rows, layout, paint), ...nothing];
}

function draw(rows: readonly (Evidence | Folded)[], layout: Layout, paint: Paint): readonly string[] {
  const lines: string[] = [];
  let previousNs: Ns | undefined;
  for (const row of rows) {
    if (row.kind === 'folded') previousNs = undefined;
    else {
      if (previousNs !== undefined && row.atNs - previousNs > PAUSE_NS)
        lines.push(...layRow(pauseCells(row.atNs - previousNs), layout, paint));
      previousNs = row.atNs;
    }
    lines.push(...layRow(cellsOf(row), layout, paint));
  }
  return lines;
}

function layoutOf(evidence: readonly Evidence[], columns: number): Layout {
  const names = evidence.map(nameOf);
  const line = largest(
    4,
    evidence.map((row) => String(row.line ?? '').length),
  );
  const time = largest(
    0,
    evidence.map(({ atNs }) => timeText(atNs).length),
  );
  const several = new Set(names.filter((name) => name !== '')).size > 1;
  const name = several
    ? Math.min(
        NAME_COLUMNS,
        largest(
          4,
          names.map((one) => one.length),
        ),
      )
    : 0;
  const rest = columns - (2 + line + 2 + time + 2 + (name === 0 ? 0 : name + 2) + 2);
  const arrow = rest - WIDE_ARROW >= TEXT_COLUMNS ? WIDE_ARROW : NARROW_ARROW;
  return { line, time, name, arrow, text: Math.max(8, rest - arrow) };
}

const WIDE_ARROW = 14;
const NARROW_ARROW = 8;

function heading(layout: Layout): string {
  const sides = layout.arrow === WIDE_ARROW ? 'harness kernel' : 'harn ker';
  return join(['  ', 'line', 'time', 'conn', sides, 'segment'], layout).trimEnd();
}

function cellsOf(row: Evidence | Folded): Cells {
  const empty = { mark: ' ', line: '', time: '', name: '' } as const;
  if (row.kind === 'folded') {
    const rows = `${row.rows} more ${row.rows === 1 ? 'row' : 'rows'}: --explain shows all`;
    return { ...empty, drawing: 'pause', texts: [rows] };
  }
  const where = { line: String(row.line ?? '-'), time: timeText(row.atNs), name: nameOf(row) };
  const failed = hasFailed(row) ? '!' : ' ';
  switch (row.kind) {
    case 'segment':
      return {
        ...where,
        mark: failed === ' ' && row.stray ? '?' : failed,
        drawing: row.packet.direction,
        texts: segmentTexts(row),
      };
    case 'missed': {
      const { expected, message } = row.check;
      return { ...where, mark: '!', drawing: 'missing', texts: [`expected ${expected ?? ''}`, message ?? ''] };
    }
    case 'note':
      return { ...where, mark: failed, drawing: 'kernel', texts: [row.text] };
    case 'kernel':
      return { ...where, line: '', mark: ' ', drawing: 'kernel', texts: [row.text] };
  }
}

function segmentTexts({ packet, check, stray, repetition }: Extract<Evidence, { kind: 'segment' }>): readonly string[] {
  const repeated = repetition === 0 ? [] : [`[retransmission ${repetition}]`];
  const unexpected = stray ? ['[stray: no step took it]'] : [];
  const text = [printPacket(packet.script), ...repeated, ...unexpected].join(' ');
  const lost = packet.loss === undefined ? [] : [printLoss(packet.loss)];
  if (check === undefined || check.passed) return [text, ...lost];
  if (check.kind !== 'segment') return [text, `failed: ${check.title}`];
  const fields = check.mismatches.map(({ field }) => field).join(', ');
  return [text, `expected ${check.expected ?? ''}`, fields === '' ? '' : `differs in ${fields}`, check.message ?? ''];
}

function pauseCells(durationNs: Ns): Cells {
  return { mark: ' ', line: '', time: '', name: '', drawing: 'pause', texts: [`${formatDuration(durationNs)} later`] };
}

/** One row, in as many lines as its texts need. */
function layRow({ mark, line, time, name, drawing, texts }: Cells, layout: Layout, paint: Paint): readonly string[] {
  const wrapped = texts
    .filter((text) => text !== '')
    .flatMap((text, index) =>
      wrapText(visible(text), layout.text - (index === 0 ? 0 : 2)).map((part) => (index === 0 ? part : `  ${part}`)),
    );
  const style = STYLES[mark];
  return wrapped.map((text, index) => {
    const cells =
      index === 0
        ? [`${mark} `, line, time, name, arrowText(drawing, layout.arrow), text]
        : ['  ', '', '', '', '', text];
    const whole = join(cells, layout).trimEnd();
    return style === undefined ? whole : paint(style, whole);
  });
}

const STYLES: Readonly<Record<Cells['mark'], Style | undefined>> = { ' ': undefined, '!': 'bad', '?': 'warn' };

function join(
  [mark = '', line = '', time = '', name = '', arrow = '', text = '']: readonly string[],
  layout: Layout,
): string {
  const names = layout.name === 0 ? '' : `${shorten(visible(name), layout.name).padEnd(layout.name)}  `;
  return `${mark}${line.padStart(layout.line)}  ${time.padStart(layout.time)}  ${names}${arrow.padEnd(layout.arrow)}  ${text}`;
}

function arrowText(drawing: Drawing, width: number): string {
  const inner = width - 3;
  switch (drawing) {
    case 'in':
      return `|${'-'.repeat(inner)}>|`;
    case 'out':
      return `|<${'-'.repeat(inner)}|`;
    case 'missing':
      return `|<${' -'.repeat(inner).slice(0, inner)}|`;
    case 'kernel':
      return `|${' '.repeat(inner)} *`;
    case 'pause':
      return `:${' '.repeat(inner)} :`;
  }
}

function nameOf(row: Evidence): string {
  if (row.kind === 'segment') return row.packet.connection ?? '-';
  return row.connection ?? '';
}

function timeText(atNs: Ns): string {
  return (atNs / NS_PER_S).toFixed(6);
}
