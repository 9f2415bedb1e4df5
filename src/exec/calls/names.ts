/** Which names a call's outcome gives to descriptors. */
import { namesGivenBy } from '../../spec/arguments';
import type { Call } from '../../spec/model';
import type { CallOutcome } from '../../trace/trace';

export interface BoundName {
  readonly name: string;
  readonly fd: number;
}

/** The names of a call that succeeded, each with its descriptor; none of one that failed. */
export function namesBoundBy(call: Call, outcome: CallOutcome): readonly BoundName[] {
  if (outcome.returned < 0) return [];
  const descriptors = call.result.kind === 'socket' ? [outcome.returned] : (outcome.outputs.descriptors ?? []);
  return namesGivenBy(call).flatMap(({ name }, index) => {
    const fd = descriptors[index];
    return fd === undefined ? [] : [{ name, fd }];
  });
}
