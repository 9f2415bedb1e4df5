import { describe, expect, it } from 'vitest';
import { assert, AssertionFailure, present } from '../../src/base/assert';

describe('assertions', () => {
  it('say what does not hold', () => {
    expect(() => assert(false, 'the queue is sorted')).toThrow(new AssertionFailure('the queue is sorted'));
    expect(() => assert(true, 'fine')).not.toThrow();
  });

  it('present() lets everything through that is there, 0 and the empty text included', () => {
    expect(present(0, 'a number')).toBe(0);
    expect(present('', 'a text')).toBe('');
    expect(() => present(undefined, 'the open step')).toThrow('the open step is missing');
    expect(() => present(null, 'it')).toThrow(AssertionFailure);
  });
});
