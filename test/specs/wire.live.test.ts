/**
 * What the wire can say, said to the kernel: options of every kind, UDP and ICMP, segments that are wrong on purpose.
 * The kernel's counters and answers tell that it understood, or dropped, what was meant.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRun, runWithReport } from '../support/command';
import { ROOT } from '../support/live';

const FOLDER = join(ROOT, 'test/fixtures/spec/live');

it('the kernel understands what is crafted, and what it answers is understood', async () => {
  const { report } = await runWithReport([FOLDER]);
  expect(report.results.filter(({ status }) => status !== 'passed').map(describeRun)).toEqual([]);
  expect(report.results).toHaveLength(6);
});
