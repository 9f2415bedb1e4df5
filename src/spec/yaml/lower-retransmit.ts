/**
 * `retransmit`: one segment that comes again and again, and what follows. It becomes one `expect` for each repetition,
 * each counted from the last segment of the connection.
 */
import type { Ns } from '../../base/nanoseconds';
import { labelOf } from '../label';
import type { Step, When } from '../model';
import { LONGEST_NS, readDuration } from '../notation/time';
import { errorAt } from '../snippet';
import { durationAt, integerAt, isUsable, numberAt, textAt, toleranceAt, whenAt } from './access';
import { packetAt } from './lower-packet';
import { lowerRst } from './lower-rst';
import { actionSpan, connectionOf, EXACTLY, hardWindow, makeStep, useConnection } from './step-parts';
import type { StepSource } from './step-parts';
import { child, entryOf, snippetOf } from './tree';
import type { Tree } from './tree';

const BACKOFF = 2;

export function lowerRetransmit(source: StepSource): readonly Step[] {
  const { complaints } = source;
  const tree = child(source.tree, 'retransmit');
  if (tree?.kind !== 'map') return [];
  const packet = packetAt(tree, 'segment', 'expect', complaints);
  const intervals = intervalsOf(tree, source);
  const connection = connectionOf(source.tree, source);
  useConnection(source.tree, connection, source);
  const tolerance = toleranceAt(source.tree, 'tolerance', complaints);
  const rest = lowerThen(tree, source);
  if (packet === undefined || intervals === undefined) return [];
  const written = textAt(tree, 'segment');
  const repetitions = intervals.map((intervalNs, index) =>
    makeStep(source, {
      label: labelOf(`retransmission ${index + 1} of ${intervals.length} of`, written),
      action: { kind: 'expect', packet, optional: false },
      when: hardWindow('connection', intervalNs, intervalNs),
      connection,
      tolerance,
    }),
  );
  return [...repetitions, ...rest];
}

function intervalsOf(tree: Tree, source: StepSource): readonly Ns[] | undefined {
  const written = entryOf(tree, 'intervals');
  const rule = ['times', 'first', 'backoff'].map((key) => entryOf(tree, key)).find((entry) => entry !== undefined);
  if (written === undefined) return ruledIntervals(tree, source);
  if (rule !== undefined) {
    source.complaints.report(
      errorAt(
        rule.keySpan,
        'unknown-key',
        `\`${rule.key}\` has no place beside \`intervals\``,
        'keep `intervals`, or `times`, `first` and `backoff`',
      ),
    );
  }
  if (written.value.kind !== 'list') return undefined;
  const found: Ns[] = [];
  for (const item of written.value.items) {
    const intervalNs =
      item.kind === 'scalar' && isUsable(item) ? readDuration(snippetOf(item), source.complaints) : undefined;
    if (intervalNs === undefined) return undefined;
    found.push(intervalNs);
  }
  return found;
}

/** `times`, `first` and `backoff`. */
function ruledIntervals(tree: Tree, source: StepSource): readonly Ns[] | undefined {
  const { complaints, span } = source;
  for (const key of ['times', 'first']) {
    if (entryOf(tree, key) === undefined) {
      complaints.report(
        errorAt(
          entryOf(source.tree, 'retransmit')?.keySpan ?? span,
          'missing-key',
          `the key \`${key}\` is missing`,
          'write `times` and `first`, or all of the `intervals`',
        ),
      );
    }
  }
  const times = integerAt(tree, 'times');
  const firstNs = durationAt(tree, 'first', complaints);
  const backoff = entryOf(tree, 'backoff') === undefined ? BACKOFF : numberAt(tree, 'backoff');
  if (times === undefined || firstNs === undefined || backoff === undefined || times > 1000) return undefined;
  const intervals = Array.from({ length: times }, (_, index) => Math.round(firstNs * backoff ** index));
  const totalNs = intervals.reduce((sum, intervalNs) => sum + intervalNs, 0);
  if (totalNs <= LONGEST_NS) return intervals;
  complaints.report(
    errorAt(entryOf(tree, 'times')?.keySpan ?? span, 'out-of-range', 'these repetitions take longer than 30 days'),
  );
  return undefined;
}

/** What follows the last repetition, counted from it. */
function lowerThen(tree: Tree, outer: StepSource): readonly Step[] {
  const then = entryOf(tree, 'then');
  if (then?.value.kind !== 'map') return [];
  const { complaints } = outer;
  const keys = then.value.entries.map(({ key }) => key).filter((key) => key !== 'at');
  const [action] = keys;
  if (keys.length !== 1 || action === undefined) {
    complaints.report(
      errorAt(
        then.keySpan,
        keys.length === 0 ? 'missing-key' : 'unknown-key',
        '`then` takes one of `silence`, `rst` and `expect`',
      ),
    );
    return [];
  }
  const at = entryOf(then.value, 'at');
  if (at !== undefined && action !== 'expect')
    complaints.report(errorAt(at.keySpan, 'unknown-key', `\`at\` has no place beside \`${action}\``));
  const source: StepSource = { ...outer, span: actionSpan(then.value, action) };
  const connection = connectionOf(outer.tree, outer);
  switch (action) {
    case 'silence': {
      const durationNs = durationAt(then.value, 'silence', complaints);
      if (durationNs === undefined) return [];
      const label = labelOf('silence', textAt(then.value, 'silence'));
      return [
        makeStep(source, {
          label,
          action: { kind: 'silence', durationNs },
          when: hardWindow('connection', 0, 0),
          connection,
        }),
      ];
    }
    case 'rst': {
      const rst = lowerRst(child(then.value, 'rst'), 'connection', complaints);
      if (rst === undefined) return [];
      return [
        makeStep(source, {
          label: rst.label,
          action: { kind: 'expect', packet: rst.packet, optional: false },
          when: rst.when,
          connection,
          tolerance: EXACTLY,
        }),
      ];
    }
    case 'expect': {
      const packet = packetAt(then.value, 'expect', 'expect', complaints);
      const when = fromConnection(whenAt(then.value, 'at', { ranges: true }, complaints));
      if (packet === undefined) return [];
      const label = labelOf('expect', textAt(then.value, 'expect'));
      const tolerance = toleranceAt(outer.tree, 'tolerance', complaints);
      return [
        makeStep(source, { label, action: { kind: 'expect', packet, optional: false }, when, connection, tolerance }),
      ];
    }
    default:
      return [];
  }
}

/** After a repetition, the step before and the last segment of the connection are the same. */
function fromConnection(when: When | undefined): When {
  if (when?.kind === 'window' && when.anchor === 'previous') return { ...when, anchor: 'connection' };
  return when ?? { kind: 'prompt' };
}
