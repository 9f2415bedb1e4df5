import { describe, expect, it } from 'vitest';
import { stateName } from '../../../src/host/linux/tcp-states';

describe('states', () => {
  it.each([
    [1, 'ESTABLISHED'],
    [4, 'FIN_WAIT1'],
    [7, 'CLOSE'],
    [10, 'LISTEN'],
    [12, 'SYN_RECV'],
    [0, 'STATE_0'],
    [13, 'STATE_13'],
  ])('%i is %s', (number, name) => {
    expect(stateName(number)).toBe(name);
  });
});
