import { expect, it } from 'vitest';
import { nearestState, normaliseState, stateNumber } from '../../src/spec/states';

it('knows a state in every usual spelling', () => {
  const table = {
    ESTAB: 'ESTABLISHED',
    established: 'ESTABLISHED',
    'SYN-RECV': 'SYN_RECV',
    'FIN-WAIT-1': 'FIN_WAIT1',
    TCP_CLOSE: 'CLOSE',
    UNCONN: 'CLOSE',
    LISTEN: 'LISTEN',
    OPEN: undefined,
  };
  for (const [text, state] of Object.entries(table)) expect([text, normaliseState(text)]).toEqual([text, state]);
});

it('numbers them as the kernel does', () => {
  expect(['ESTABLISHED', 'SYN_RECV', 'CLOSE_WAIT', 'LISTEN', 'CLOSING'].map(stateNumber)).toEqual([1, 3, 8, 10, 11]);
});

it('guesses', () => {
  expect(nearestState('SYN_RECEVED')).toBe('SYN_RECV');
  expect(nearestState('CLOSEWAIT')).toBe('CLOSE_WAIT');
  expect(nearestState('NOWHERE')).toBeUndefined();
});
