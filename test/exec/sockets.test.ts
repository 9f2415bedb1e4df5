import { expect, it } from 'vitest';
import { SocketTable } from '../../src/exec/sockets';
import { callOf, ELLIPSIS, integer, list, outcome, socketNamed, timelineOf } from '../support/builders';

it('learns names from calls that succeed', () => {
  const sockets = new SocketTable(timelineOf([]));
  const accept = callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], 'app');
  sockets.learn(accept, outcome(-1, 'EAGAIN'));
  expect(sockets.descriptor('app')).toEqual({ problem: expect.stringContaining('`app`') as string });
  sockets.learn(accept, outcome(7));
  expect(sockets.descriptor('app')).toEqual({ value: 7 });
  sockets.learn(callOf('pipe', [list(socketNamed('5'), socketNamed('6'))], 0), outcome(0, '', { descriptors: [8, 9] }));
  expect([sockets.descriptor('5'), sockets.descriptor('6')]).toEqual([{ value: 8 }, { value: 9 }]);
});

it('a number in the place of a descriptor is itself', () => {
  expect(new SocketTable(timelineOf([])).descriptorOf(integer(-1))).toEqual({ value: -1 });
});

it('nothing else is a descriptor', () => {
  expect(new SocketTable(timelineOf([])).descriptorOf(ELLIPSIS)).toHaveProperty('problem');
});
