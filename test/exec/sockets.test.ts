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

it('a name that accept() gives again hides the older descriptor until the newer one is closed', () => {
  const sockets = new SocketTable(timelineOf([]));
  const give = callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], '4');
  sockets.learn(give, outcome(7));
  sockets.learn(give, outcome(8));
  expect(sockets.descriptor('4')).toEqual({ value: 8 });
  sockets.closed(8);
  expect([sockets.descriptor('4'), sockets.open]).toEqual([{ value: 7 }, [7]]);
  sockets.closed(7);
  expect([sockets.descriptor('4'), sockets.open]).toEqual([{ value: 7 }, []]);
});

it('a name that is free again is that of the next descriptor alone', () => {
  const sockets = new SocketTable(timelineOf([]));
  const give = callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], 'app');
  for (const fd of [7, 8]) {
    sockets.learn(give, outcome(fd));
    sockets.closed(fd);
  }
  expect(sockets.descriptor('app')).toEqual({ value: 8 });
});
