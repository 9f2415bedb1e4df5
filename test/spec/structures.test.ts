import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import {
  encodeControlData,
  encodeInteger,
  encodeStructure,
  EXTENDED_ERROR,
  LINGER,
  layoutWith,
  readAttributes,
  readField,
  STATISTICS,
  TIMESTAMP,
} from '../../src/spec/structures';
import { ELLIPSIS, integer, list, struct, symbols, text } from '../support/builders';

const ERROR = struct({
  ee_errno: symbols('ENOMSG'),
  ee_origin: symbols('SO_EE_ORIGIN_TIMESTAMPING'),
  ee_type: integer(0),
  ee_code: integer(2),
  ee_info: symbols('SCM_TSTAMP_ACK'),
  ee_data: integer(0xffff_ffff),
});

// ENOMSG is 42, the origin 4, SCM_TSTAMP_ACK 2.
const ERROR_HEX = '2a000000040002000200' + '0000' + 'ffffffff';

describe('a structure as bytes', () => {
  it('struct linger, whatever the order of its fields', () => {
    expect(toHex(encodeStructure(struct({ linger: integer(258), onoff: integer(1) })) ?? new Uint8Array())).toBe(
      '0100000002010000',
    );
  });

  it('struct sock_extended_err', () => {
    expect(toHex(encodeStructure(ERROR) ?? new Uint8Array())).toBe(ERROR_HEX);
  });

  it('none of fields that nobody knows', () => {
    expect(encodeStructure(struct({ colour: integer(1) }))).toBeUndefined();
    expect(encodeStructure(integer(1))).toBeUndefined();
    expect(layoutWith('ee_colour')).toBeUndefined();
  });

  it('an int', () => {
    expect([1, -1, 0xffff_ffff].map((value) => toHex(encodeInteger(value)))).toEqual([
      '01000000',
      'ffffffff',
      'ffffffff',
    ]);
  });
});

describe('the data of a control message', () => {
  const hex = (level: number, data: Parameters<typeof encodeControlData>[1]) =>
    toHex(encodeControlData(level, data) ?? new Uint8Array());

  it('an int, or bytes', () => {
    expect(hex(6, integer(9000))).toBe('28230000');
    expect(hex(6, text('ab'))).toBe('6162');
  });

  // net/ipv4/ip_sockglue.c ip_recv_error: a sockaddr_in (16) follows, or a sockaddr_in6 (28).
  it.each([
    ['SOL_IP', 0, 16],
    ['SOL_IPV6', 41, 28],
  ])('an extended error of %s, and an address', (_, level, room) => {
    expect(hex(level, ERROR)).toBe(ERROR_HEX + '00'.repeat(room));
  });

  it('time stamps: the first of three', () => {
    const stamp = struct({ scm_sec: integer(1), scm_nsec: integer(20_000_000) });
    expect(hex(1, stamp)).toBe(`${'01'.padEnd(16, '0')}002d3101${'0'.repeat(8)}${'0'.repeat(64)}`);
  });

  // A length of 12 and a number of 64 bits; then one of 5 and a byte, padded to 8 (include/uapi/linux/netlink.h).
  it('statistics as netlink attributes', () => {
    const statistics = struct({ TCP_NLA_BUSY: integer(1), TCP_NLA_CA_STATE: integer(3), TCP_NLA_SRTT: ELLIPSIS });
    expect(hex(1, statistics)).toBe(`0c0001000100000000000000${'05000e0003000000'}${'0800160000000000'}`);
  });

  it('none of anything else', () => {
    expect(encodeControlData(1, undefined)).toBeUndefined();
    expect(encodeControlData(1, list())).toBeUndefined();
    expect(encodeControlData(1, struct({ colour: integer(1) }))).toBeUndefined();
  });
});

describe('netlink attributes', () => {
  it('come apart in order', () => {
    const bytes = Uint8Array.from([5, 0, 14, 0, 3, 0, 0, 0, 8, 0, 22, 0, 1, 2, 3, 4]);
    expect(readAttributes(bytes)).toEqual([
      { type: 14, value: Uint8Array.of(3) },
      { type: 22, value: Uint8Array.of(1, 2, 3, 4) },
    ]);
  });

  it.each([
    ['a length that is too small', [3, 0, 1, 0]],
    ['a length beyond the end', [9, 0, 1, 0, 1, 2]],
    ['half a header', [5, 0]],
  ])('end at %s', (_, bytes) => {
    expect(readAttributes(Uint8Array.from(bytes))).toEqual([]);
  });
});

it('a field beyond the end is not there', () => {
  expect(readField(new Uint8Array(4), { name: 'linger', offset: 4, bytes: 4 })).toBeUndefined();
  expect(readField(Uint8Array.of(0, 255), { name: 'x', offset: 1, bytes: 1 })).toBe(255n);
});

it('the layouts are those of the headers of this machine', () => {
  const error = ['errno', 'origin', 'type', 'code', 'info', 'data'].map(
    (name) => `offsetof(sock_extended_err, ee_${name})`,
  );
  const values = [
    ...['sizeof(linger)', 'offsetof(linger, l_onoff)', 'offsetof(linger, l_linger)'],
    ...['sizeof(sock_extended_err)', ...error, 'sizeof(scm_timestamping)', 'sizeof(timespec)', 'NLA_HDRLEN'],
    ...['TCP_NLA_BUSY', 'TCP_NLA_SRTT', 'sizeof(sockaddr_in)', 'sizeof(sockaddr_in6)'],
  ];
  const ours = [
    ...[LINGER.size, ...LINGER.fields.map(({ offset }) => offset)],
    ...[EXTENDED_ERROR.size, ...EXTENDED_ERROR.fields.map(({ offset }) => offset)],
    ...[TIMESTAMP.size, 16, 4, 1, STATISTICS.size, 16, 28],
  ];
  expect(ours.join(' ')).toBe(compiled(values));
}, 60_000);

/** The numbers that expressions of C++ come to. */
function compiled(values: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-'));
  try {
    const [source, program] = [join(folder, 'layouts.cc'), join(folder, 'layouts')];
    const headers = [
      'cstdio',
      'cstddef',
      'ctime',
      'sys/socket.h',
      'netinet/in.h',
      'linux/errqueue.h',
      'linux/netlink.h',
      'linux/tcp.h',
    ];
    const prints = values.map((value) => `printf("%d ", (int)(${value}));`).join('\n');
    writeFileSync(source, `${headers.map((header) => `#include <${header}>\n`).join('')}int main() {\n${prints}\n}\n`);
    execFileSync('c++', ['-o', program, source]);
    return execFileSync(program, { encoding: 'utf8' }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
