import { describe, expect, it } from 'vitest';
import { FlowLabels } from '../../src/match/flow-labels';

function labels(...learned: readonly (readonly [name: number, label: number])[]): FlowLabels {
  const known = new FlowLabels();
  for (const [name, label] of learned) known.learn(name, label);
  return known;
}

describe('a flow label', () => {
  it('is free the first time, but must be there', () => {
    expect(labels().mismatches(1, 0xabcde)).toEqual([]);
    expect(labels().mismatches(1, 0)).toMatchObject([{ field: 'flowlabel', observed: 'no flow label' }]);
  });

  it('stays the same under the same name', () => {
    expect(labels([1, 7]).mismatches(1, 7)).toEqual([]);
    expect(labels([1, 7]).mismatches(1, 8)).toEqual([
      { field: 'flowlabel', expected: '0x7 as before', observed: '0x8' },
    ]);
  });

  it('is another one under another name', () => {
    expect(labels([1, 7]).mismatches(2, 8)).toEqual([]);
    expect(labels([1, 7]).mismatches(2, 7)).toMatchObject([{ expected: 'another label than before' }]);
  });

  it('is compared with the last one that was taken, as packetdrill does', () => {
    expect(labels([1, 7], [2, 8]).mismatches(1, 7)).toEqual([]);
    expect(labels([1, 7], [2, 8]).mismatches(1, 8)).toHaveLength(1);
  });
});
