import { expect, it } from 'vitest';
import { untriedVerdict } from '../../src/suite/untried';
import { inject, seg, timelineOf } from '../support/builders';

const TIMELINE = timelineOf([inject(seg('S')), inject(seg('.'))]);

it('says why, and that no step was reached', () => {
  const trouble = { code: 'executor-died', message: 'it is gone' };
  const nothing = { checks: [], strays: [], crossed: [], notReached: 2, durationNs: 0 };
  expect(untriedVerdict(TIMELINE, { status: 'errored', trouble })).toMatchObject({
    status: 'errored',
    trouble,
    ...nothing,
  });
  const skipped = untriedVerdict(TIMELINE, { status: 'skipped', reason: 'too long' });
  expect(skipped).toMatchObject({ status: 'skipped', reason: 'too long', ...nothing });
});
