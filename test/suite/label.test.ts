import { expect, it } from 'vitest';
import { labelOf } from '../../src/suite/label';
import { timelineOf } from '../support/builders';

it('names the variant, and the kernel where it is not the one of this machine', () => {
  const timeline = timelineOf([], { variant: { ip: 'ipv4', matrix: { backlog: 5 }, label: 'ipv4 backlog=5' } });
  expect(labelOf({ index: 0, timeline })).toBe('ipv4 backlog=5');
  expect(labelOf({ index: 0, timeline, kernel: '6.12' })).toBe('ipv4 backlog=5 on 6.12');
});
