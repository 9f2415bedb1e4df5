/** The kernel's counters as they moved from one look to the next. */
import type { CounterValues, Observation, Trace } from '../../trace/trace';
import { lineOfStep } from './place';
import type { CounterView } from './view';

/** A view for each look at the counters, also where none had moved. */
export function counterViews({ timeline, observations }: Trace): readonly CounterView[] {
  const baseline = observations.find((one) => one.kind === 'baseline')?.counters ?? {};
  const views: CounterView[] = [];
  let before: CounterValues = {};
  for (const observation of observations) {
    const counters = countersOf(observation);
    if (counters === undefined) continue;
    const line = 'step' in observation ? lineOfStep(observation.step, timeline) : undefined;
    const atNs = 'atNs' in observation ? observation.atNs : 0;
    views.push({ atNs, ...(line === undefined ? {} : { line }), moves: moves(counters, before, baseline) });
    before = counters;
  }
  return views;
}

/** What differed from the baseline when this was observed. */
function countersOf(observation: Observation): CounterValues | undefined {
  if (observation.kind === 'baseline') return undefined;
  if (observation.kind === 'sampled') return observation.sample.counters;
  return 'counters' in observation ? observation.counters : undefined;
}

function moves(now: CounterValues, before: CounterValues, baseline: CounterValues): CounterView['moves'] {
  // What is back at its first value is not in the sample any more.
  return [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .sort()
    .map((name) => {
      const start = baseline[name] ?? 0;
      const value = now[name] ?? start;
      return { name, by: value - (before[name] ?? start), sinceStart: value - start };
    })
    .filter(({ by }) => by !== 0);
}
