import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constantNames, constantValue, errorNames, errorNumber } from '../../src/spec/constants';

it('knows what a listener needs', () => {
  const values = {
    SOL_SOCKET: 1,
    SO_REUSEADDR: 2,
    SO_LINGER: 13,
    SOL_TCP: 6,
    TCP_DEFER_ACCEPT: 9,
    TCP_INFO: 11,
    TCP_FASTOPEN: 23,
  };
  const more = {
    MSG_DONTWAIT: 64,
    O_NONBLOCK: 2048,
    F_SETFL: 4,
    POLLIN: 1,
    SHUT_WR: 1,
    SIOCINQ: 0x541b,
    AF_INET6: 10,
    SOCK_STREAM: 1,
  };
  for (const [name, value] of Object.entries({ ...values, ...more }))
    expect([name, constantValue(name)]).toEqual([name, value]);
  expect(errorNumber('EAGAIN')).toBe(11);
  expect(errorNumber('EWOULDBLOCK')).toBe(11);
  expect(errorNumber('ECONNREFUSED')).toBe(111);
  expect(constantValue('SO_REUSEADR')).toBeUndefined();
});

// The kernel's own headers: a machine without a C library's headers has no other source to compare with.
describe.runIf(existsSync('/usr/include/linux/tcp.h'))('against the headers of this machine', () => {
  const headers = [
    'linux/tcp.h',
    'linux/in.h',
    'linux/in6.h',
    'asm-generic/socket.h',
    'asm-generic/errno.h',
    'asm-generic/errno-base.h',
    'asm-generic/poll.h',
  ];
  const defined = new Map<string, number>();
  for (const header of headers) {
    const path = `/usr/include/${header}`;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const [, name = '', value = ''] of text.matchAll(
      /^#\s*define\s+([A-Z]\w+)\s+(0x[0-9a-fA-F]+|\d+)\s*(?:\/\*.*)?$/gm,
    ))
      defined.set(name, Number(value));
  }

  it('has the same values', () => {
    const names = [...constantNames(), ...errorNames()].filter((name) => defined.has(name));
    expect(names.length).toBeGreaterThan(150);
    const ours = names.map((name) => [name, constantValue(name) ?? errorNumber(name)]);
    expect(ours).toEqual(names.map((name) => [name, defined.get(name)]));
  });
});
