import { expect, it } from 'vitest';
import { namesBoundBy } from '../../../src/exec/calls/names';
import { callOf, ELLIPSIS, list, outcome, socketNamed } from '../../support/builders';

const ACCEPT = callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], 'app');
const PIPE = callOf('pipe', [list(socketNamed('out'), socketNamed('in'))], 0);

it.each([
  ['a new socket', ACCEPT, outcome(7), [{ name: 'app', fd: 7 }]],
  ['no socket', ACCEPT, outcome(-1, 'EAGAIN'), []],
  [
    'a pipe',
    PIPE,
    outcome(0, '', { descriptors: [5, 6] }),
    [
      { name: 'out', fd: 5 },
      { name: 'in', fd: 6 },
    ],
  ],
  ['no pipe', PIPE, outcome(-1, 'EMFILE'), []],
  ['nothing new', callOf('close', [socketNamed('app')], 0), outcome(0), []],
  ['a socket that nobody expected', callOf('accept', [socketNamed('server')], -1, 'EAGAIN'), outcome(7), []],
])('%s', (_, call, made, expected) => {
  expect(namesBoundBy(call, made)).toEqual(expected);
});
