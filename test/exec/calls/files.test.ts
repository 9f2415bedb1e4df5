import { expect, it } from 'vitest';
import { requestFor } from './support';

it.each([
  ['open("../data", O_RDWR) = 5', { name: 'open', path: '../data', flags: 2, folder: '/specs/tcp' }],
  ['open("a\\x00b", O_RDONLY) = 5', { name: 'open', path: 'a', flags: 0, folder: '/specs/tcp' }],
  ['sendfile(4, 5, [10], 5) = 5', { name: 'sendfile', output: 104, input: 105, offset: 10, count: 5 }],
  ['sendfile(4, 5, NULL, 5) = 5', { name: 'sendfile', output: 104, input: 105, count: 5 }],
  ['pipe([5, 6]) = 0', { name: 'pipe' }],
  [
    'splice(4, NULL, 6, NULL, 99, SPLICE_F_NONBLOCK) = 99',
    { name: 'splice', input: 104, output: 106, count: 99, flags: 2 },
  ],
  [
    'splice(4, [1], 6, [2], 99, 0) = 99',
    { name: 'splice', input: 104, inputOffset: 1, output: 106, outputOffset: 2, count: 99, flags: 0 },
  ],
])('%s', (text, expected) => {
  expect(requestFor(text)).toEqual(expected);
});

it('a descriptor that is not there is named', () => {
  expect(requestFor('sendfile(4, 99, [0], 5) = 5')).toEqual({ problem: expect.stringContaining('`99`') as string });
});
