import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assignment } from '../../src/match/assignment';

/** Arrivals are numbers; a member is the set of numbers that it takes. */
type Member = readonly number[];

function assignmentOf(members: readonly Member[]): Assignment<Member, number> {
  return new Assignment(members, (member, arrival) => member.includes(arrival));
}

/** Whether all arrivals can have members of their own, found by trying everything. */
function isPossible(members: readonly Member[], [first, ...rest]: readonly number[]): boolean {
  if (first === undefined) return true;
  return members.some((member, index) => member.includes(first) && isPossible(members.toSpliced(index, 1), rest));
}

describe('an arrival', () => {
  it('that fits a loose and a strict member leaves the strict one to whom it belongs', () => {
    const loose: Member = [1, 2];
    const strict: Member = [1];
    const assignment = assignmentOf([loose, strict]);
    expect([assignment.place(1), assignment.place(2)]).toEqual([true, true]);
    expect(assignment.placed).toEqual([
      [[1, 2], 2],
      [[1], 1],
    ]);
    expect(assignment.missing).toEqual([]);
  });

  it('moves several others when it must', () => {
    const assignment = assignmentOf([[1, 2], [2, 3], [3, 4], [1]]);
    expect([2, 3, 4, 1].map((arrival) => assignment.place(arrival))).toEqual([true, true, true, true]);
  });

  it('without a place leaves everything as it was', () => {
    const assignment = assignmentOf([[1], [2, 3]]);
    assignment.place(2);
    expect(assignment.place(3)).toBe(false);
    expect(assignment.placed).toEqual([[[2, 3], 2]]);
    expect(assignment.missing).toEqual([[1]]);
  });

  it('of which there are two needs two members', () => {
    const assignment = assignmentOf([[7], [7]]);
    expect([7, 7, 7].map((arrival) => assignment.place(arrival))).toEqual([true, true, false]);
  });

  it('has a place exactly when there is a way to give each its own', () => {
    const members = fc.array(fc.uniqueArray(fc.nat(4), { maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(members, fc.array(fc.nat(4), { maxLength: 5 }), (wanted, arrivals) => {
        const assignment = assignmentOf(wanted);
        const accepted: number[] = [];
        for (const arrival of arrivals) {
          const possible = isPossible(wanted, [...accepted, arrival]);
          expect(assignment.place(arrival)).toBe(possible);
          if (possible) accepted.push(arrival);
          expect(assignment.placed.map(([, one]) => one).sort((left, right) => left - right)).toEqual(
            [...accepted].sort((left, right) => left - right),
          );
          expect(assignment.missing).toHaveLength(wanted.length - accepted.length);
        }
      }),
    );
  });
});
