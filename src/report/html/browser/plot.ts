/** The queues of each listener over time, with the segments of the run marked on the same axis. */
import { formatDuration } from '../../../base/nanoseconds';
import { type FoldedScale, foldedScale } from '../scale';
import type { QueuePoint, QueueView, RowView, RunView } from '../view';
import { element, shape } from './dom';

const SIZE = { width: 960, left: 44, right: 16, top: 26, plot: 170, band: 18, axis: 24 } as const;
const HEIGHT = SIZE.top + SIZE.plot + 2 * SIZE.band + SIZE.axis;
const RIGHT = SIZE.width - SIZE.right;
const BOTTOM = SIZE.top + SIZE.plot;
/** Labels nearer to each other than this would be written over each other. */
const LABEL_ROOM = 84;
const MOST_TICKS = 6;

export function queuesSection({ queues, rows }: RunView): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'queues-title' },
    element('h2', { id: 'queues-title' }, 'Queues'),
    ...(queues.length === 0
      ? [element('p', {}, 'Nobody saw a listener in this run.')]
      : queues.map((queue, index) => figureOf(queue, rows, index))),
  );
}

function figureOf(whole: QueueView, rows: readonly RowView[], index: number): HTMLElement {
  const queue = { ...whole, points: whole.points.filter(isDrawn) };
  const scale = foldedScale([...rows, ...queue.points].map(({ atNs }) => atNs));
  return element(
    'figure',
    { class: 'queues' },
    element(
      'figcaption',
      {},
      `Listener ${queue.listener}, as it was when somebody looked: between two looks it may have been otherwise. Looks that saw nothing new are in the table.`,
    ),
    legend(queue),
    element(
      'div',
      { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': `Plot of ${queue.listener}` },
      drawing(queue, rows, scale, index),
    ),
    pointsTable(whole),
  );
}

/** What steps saw, and where something has changed or is about to; what the harness saw besides stands in the table. */
function isDrawn({ line, accept, syn, limit }: QueuePoint, index: number, points: readonly QueuePoint[]): boolean {
  if (line !== undefined) return true;
  const same = (other: QueuePoint | undefined): boolean =>
    other !== undefined && other.accept === accept && other.syn === syn && other.limit === limit;
  return !same(points[index - 1]) || !same(points[index + 1]);
}

/** What the drawing shows, each with its line and its sign. */
function legend({ synBounds }: QueueView): HTMLElement {
  const entry = (kind: string, sign: string, text: string): HTMLElement =>
    element(
      'li',
      {},
      shape(
        'svg',
        { width: 36, height: 14, viewBox: '0 0 36 14', 'aria-hidden': 'true' },
        shape('path', { class: `series ${kind}`, d: 'M0 7H36' }),
        shape('path', { class: `sign ${kind}`, d: sign }),
      ),
      ` ${text}`,
    );
  return element(
    'ul',
    { class: 'legend' },
    entry('accept', squareAt(18, 7), 'accept queue: waiting for accept()'),
    entry('syn', diamondAt(18, 7), 'SYN queue: requests in SYN_RECV'),
    entry('limit', '', 'limit of both (Send-Q of the listener); each holds one more'),
    ...synBounds.map(({ name, value }) =>
      entry('bound', '', `${name} ${value}, of which a quarter is kept for known peers`),
    ),
    entry('in', upAt(18, 12), 'injected'),
    entry('out', downAt(18, 2), 'sent by the kernel'),
    entry('bad', crossAt(18, 7), 'something failed'),
  );
}

function drawing(queue: QueueView, rows: readonly RowView[], scale: FoldedScale, index: number): SVGElement {
  const x = (atNs: number): number => round(SIZE.left + scale.at(atNs) * (RIGHT - SIZE.left));
  const top = Math.max(1, ...queue.synBounds.map(({ value }) => value), ...extremesOf(queue.points));
  const y = (value: number): number => round(BOTTOM - (value / top) * SIZE.plot);
  const [title, about] = [`plot-title-${index}`, `plot-about-${index}`];
  return shape(
    'svg',
    { class: 'plot', viewBox: `0 0 ${SIZE.width} ${HEIGHT}`, role: 'img', 'aria-labelledby': `${title} ${about}` },
    shape('title', { id: title }, `Queues of ${queue.listener} over time`),
    shape('desc', { id: about }, `${inWords(queue)} The table below has every value.`),
    ...valueAxis(top, y),
    ...pauses(scale, x),
    ...timeAxis(queue, rows, x),
    shape('path', { class: 'series limit', d: steps(queue.points, ({ limit }) => limit, x, y) }),
    // What a single look saw would be a line without a length.
    shape('path', {
      class: 'series limit',
      d: queue.points.map(({ atNs, limit }) => dashAt(x(atNs), y(limit))).join(''),
    }),
    ...queue.synBounds.map(({ value }) =>
      shape('path', { class: 'series bound', d: `M${SIZE.left} ${y(value)}H${RIGHT}` }),
    ),
    ...(['accept', 'syn'] as const).flatMap((name) => [
      shape('path', { class: `series ${name}`, d: steps(queue.points, (point) => point[name], x, y) }),
      shape('path', {
        class: `sign ${name}`,
        d: queue.points.map((point) => SIGN_OF[name](x(point.atNs), y(point[name]))).join(''),
      }),
    ]),
    ...segmentMarks(rows, x),
  );
}

const SIGN_OF = { accept: squareAt, syn: diamondAt } as const;

/** One path for each kind, with at most one mark of it on a pixel: a long run has more segments than pixels. */
function segmentMarks(rows: readonly RowView[], x: (atNs: number) => number): readonly SVGElement[] {
  const marked = { in: new Set<number>(), out: new Set<number>(), bad: new Set<number>() };
  for (const row of rows) {
    const at = Math.round(x(row.atNs));
    if (row.kind === 'segment') marked[row.direction].add(at);
    if (row.failed) marked.bad.add(at);
  }
  const path = (kind: keyof typeof marked, mark: (x: number, y: number) => string, y: number): SVGElement =>
    shape('path', { class: `sign ${kind}`, d: [...marked[kind]].map((at) => mark(at, y)).join('') });
  return [
    path('in', upAt, BOTTOM + SIZE.band - 3),
    path('out', downAt, BOTTOM + SIZE.band + 4),
    path('bad', crossAt, SIZE.top - 8),
  ];
}

function valueAxis(top: number, y: (value: number) => number): readonly SVGElement[] {
  const step = Math.max(1, Math.ceil(top / MOST_TICKS));
  const values = Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step);
  return values.flatMap((value) => [
    shape('path', { class: 'grid', d: `M${SIZE.left} ${y(value)}H${RIGHT}` }),
    shape('text', { x: SIZE.left - 6, y: y(value) + 4, class: 'value' }, String(value)),
  ]);
}

/** Where the axis leaves time out: two strokes, and how long it was. */
function pauses(scale: FoldedScale, x: (atNs: number) => number): readonly SVGElement[] {
  let labelled = -LABEL_ROOM;
  return scale.pauses.flatMap(({ startNs, endNs }) => {
    const middle = round((x(startNs) + x(endNs)) / 2);
    const strokes = shape('path', {
      class: 'fold',
      d: `M${middle - 5} ${BOTTOM + 5}l4 -10M${middle + 1} ${BOTTOM + 5}l4 -10`,
    });
    if (middle - labelled < LABEL_ROOM) return [strokes];
    labelled = middle;
    return [strokes, shape('text', { x: middle, y: SIZE.top - 14, class: 'pause' }, formatDuration(endNs - startNs))];
  });
}

function timeAxis(queue: QueueView, rows: readonly RowView[], x: (atNs: number) => number): readonly SVGElement[] {
  const moments = [...new Set([...rows, ...queue.points].map(({ atNs }) => atNs))].sort((left, right) => left - right);
  const labels: SVGElement[] = [];
  let last = -LABEL_ROOM;
  for (const atNs of moments) {
    const at = x(atNs);
    if (at - last < LABEL_ROOM) continue;
    last = at;
    labels.push(
      shape('path', { class: 'tick', d: `M${at} ${BOTTOM}v4` }),
      shape('text', { x: at, y: HEIGHT - 8, class: `moment ${edgeOf(at)}` }, formatDuration(atNs)),
    );
  }
  return [shape('path', { class: 'axis', d: `M${SIZE.left} ${BOTTOM}H${RIGHT}` }), ...labels];
}

/** A label at an edge stays inside of the drawing. */
function edgeOf(x: number): string {
  if (x + LABEL_ROOM / 2 > SIZE.width) return 'last';
  return x < LABEL_ROOM / 2 ? 'first' : 'inner';
}

/** The value holds until the next look. */
function steps(
  points: readonly QueuePoint[],
  value: (point: QueuePoint) => number,
  x: (atNs: number) => number,
  y: (value: number) => number,
): string {
  return points
    .map((point, index) =>
      index === 0 ? `M${x(point.atNs)} ${y(value(point))}` : `H${x(point.atNs)}V${y(value(point))}`,
    )
    .join('');
}

function pointsTable({ listener, points }: QueueView): HTMLElement {
  const headings = ['Time', 'Line', 'Accept queue', 'SYN queue', 'Limit'];
  return element(
    'details',
    {},
    element('summary', {}, `Values as a table (${points.length})`),
    element(
      'table',
      {},
      element('caption', { class: 'hidden' }, `Queues of ${listener}`),
      element('thead', {}, element('tr', {}, ...headings.map((text) => element('th', { scope: 'col' }, text)))),
      element(
        'tbody',
        {},
        ...points.map(({ atNs, line, accept, syn, limit }) =>
          element(
            'tr',
            {},
            ...[
              formatDuration(atNs),
              line === undefined ? '' : String(line),
              String(accept),
              String(syn),
              String(limit),
            ].map((text) => element('td', { class: 'number' }, text)),
          ),
        ),
      ),
    ),
  );
}

function inWords({ points }: QueueView): string {
  const most = (value: (point: QueuePoint) => number): number =>
    points.reduce((soFar, point) => Math.max(soFar, value(point)), 0);
  return `${points.length} looks: at most ${most(({ accept }) => accept)} in the accept queue, ${most(({ syn }) => syn)} in the SYN queue, limit ${most(({ limit }) => limit)}.`;
}

function extremesOf(points: readonly QueuePoint[]): readonly number[] {
  return [points.reduce((most, { accept, syn, limit }) => Math.max(most, accept, syn, limit), 0)];
}

function squareAt(x: number, y: number): string {
  return `M${x - 4} ${y - 4}h8v8h-8z`;
}

function dashAt(x: number, y: number): string {
  return `M${x - 8} ${y}h16`;
}

function diamondAt(x: number, y: number): string {
  return `M${x} ${y - 5}l5 5l-5 5l-5 -5z`;
}

function upAt(x: number, y: number): string {
  return `M${x} ${y - 9}l4 9h-8z`;
}

function downAt(x: number, y: number): string {
  return `M${x - 4} ${y}h8l-4 9z`;
}

function crossAt(x: number, y: number): string {
  return `M${x - 4} ${y - 4}l8 8M${x + 4} ${y - 4}l-8 8`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
