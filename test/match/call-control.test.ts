import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/base/hex';
import { type CallClock, matchControl } from '../../src/match/call-control';
import { parseCall } from '../../src/spec/notation/call';
import { snippetAt } from '../../src/spec/snippet';
import { fieldOf } from '../../src/spec/arguments';
import type { ControlMessage } from '../../src/trace/trace';

/** The list of control messages of a message, as it is written in a call. */
function written(...messages: readonly string[]) {
  const text = `recvmsg(s, {msg_iov(1)=[{..., 1}], msg_control=[${messages.join(', ')}]}, 0) = 1`;
  const call = parseCall(snippetAt(text, 0), { report: ({ message }) => expect.fail(message) });
  return fieldOf(call?.args[1], 'msg_control');
}

function message(level: number, type: number, hex: string): ControlMessage {
  return { level, type, data: fromHex(hex) ?? new Uint8Array() };
}

function mismatches(expected: readonly string[], observed: readonly ControlMessage[], clock?: CallClock) {
  return matchControl(written(...expected), observed, clock).map(
    (one) => `${one.field}: ${one.expected}, not ${one.observed}`,
  );
}

// SOL_TCP is 6, TCP_CM_INQ 36.
const INQ = '{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000}';
const NINE_THOUSAND = message(6, 36, '28230000');

describe('a list of control messages', () => {
  it('is the same', () => {
    expect(mismatches([INQ, INQ], [NINE_THOUSAND, NINE_THOUSAND])).toEqual([]);
    expect(mismatches([], [])).toEqual([]);
  });

  it('has as many', () => {
    expect(mismatches([INQ], [])).toEqual(['control messages: 1, not 0']);
    expect(mismatches([], [NINE_THOUSAND])).toEqual(['control messages: 0, not 1']);
  });

  it('is open when it is not written', () => {
    expect(matchControl(undefined, [NINE_THOUSAND], undefined)).toEqual([]);
  });

  it.each([
    ['level', message(1, 36, '28230000'), 'control[0].level: SOL_TCP, not 1'],
    ['type', message(6, 37, '28230000'), 'control[0].type: TCP_CM_INQ, not 37'],
    ['length', message(6, 36, '2823000000000000'), 'control[0].length: 4, not 8'],
    ['int', message(6, 36, 'ffffffff'), 'control[0].data: 9000, not -1'],
  ])('differs in the %s', (_, observed, expected) => {
    expect(mismatches([INQ], [observed])).toEqual([expected]);
  });

  it('may hold bytes', () => {
    const bytes = '{cmsg_level=1, cmsg_type=2, cmsg_data="ab"}';
    expect(mismatches([bytes], [message(1, 2, '6162')])).toEqual([]);
    expect(mismatches([bytes], [message(1, 2, '6163')])).toEqual(['control[0].data: 6162, not 6163']);
  });
});

describe('an extended error', () => {
  const expected = `{cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY,
    ee_type=0, ee_code=SO_EE_CODE_ZEROCOPY_COPIED, ee_info=1, ee_data=0xffffffff}}`;
  // The layout of include/uapi/linux/errqueue.h, and a sockaddr_in behind it.
  const seen = (error: string, address = '02001f90c0000201'.padEnd(32, '0')) => message(0, 11, error + address);

  it('fits, whatever its address', () => {
    expect(mismatches([expected], [seen('00000000050001000100' + '0000ffffffff')])).toEqual([]);
  });

  it('tells every field', () => {
    expect(mismatches([expected], [seen('2a000000040200000300' + '000000000000')])).toEqual([
      'control[0].ee_errno: 0, not 42',
      'control[0].ee_origin: SO_EE_ORIGIN_ZEROCOPY, not 4',
      'control[0].ee_type: 0, not 2',
      'control[0].ee_code: SO_EE_CODE_ZEROCOPY_COPIED, not 0',
      'control[0].ee_info: 1, not 3',
      'control[0].ee_data: 4294967295, not 0',
    ]);
  });

  it('has the length of its address family', () => {
    expect(mismatches([expected], [seen('0'.repeat(32), '')])).toEqual(['control[0].length: 32, not 16']);
  });
});

describe('a time stamp', () => {
  const stamp = (seconds: number, nanoseconds: number) =>
    `{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=${seconds}, scm_nsec=${nanoseconds}}}`;
  // Time zero is 2026-01-02T03:04:05.999999999Z.
  const ZERO = 1_767_323_045_999_999_999n;
  const CLOCK: CallClock = { realtimeAtZeroNs: ZERO, toleranceNs: 4_000_000 };
  const seen = (afterNs: bigint) => {
    const data = new Uint8Array(48);
    const view = new DataView(data.buffer);
    view.setBigUint64(0, (ZERO + afterNs) / 1_000_000_000n, true);
    view.setBigUint64(8, (ZERO + afterNs) % 1_000_000_000n, true);
    return { level: 1, type: 37, data };
  };

  it.each([
    ['exactly', 20_000_000n, true],
    ['4 ms late', 24_000_000n, true],
    ['a nanosecond later', 24_000_001n, false],
    ['4 ms early', 16_000_000n, true],
    ['a nanosecond earlier', 15_999_999n, false],
  ])('%s', (_, afterNs, fits) => {
    expect(mismatches([stamp(0, 20_000_000)], [seen(afterNs)], CLOCK)).toHaveLength(fits ? 0 : 1);
  });

  it('says both times', () => {
    expect(mismatches([stamp(1, 500_000_000)], [seen(1_250_000_000n)], CLOCK)).toEqual([
      'control[0].stamp: 1.5s after the start, not 1.25s after the start',
    ]);
  });

  it('of zero is not looked at', () => {
    expect(mismatches([stamp(0, 0)], [seen(99_000_000_000n)], CLOCK)).toEqual([]);
  });

  it('is not looked at without a clock', () => {
    expect(mismatches([stamp(1, 0)], [seen(99_000_000_000n)])).toEqual([]);
  });

  it('takes a clock in floating point, which is off by less than a microsecond', () => {
    const clock = { realtimeAtZeroNs: Number(ZERO), toleranceNs: 1000 };
    expect(mismatches([stamp(0, 20_000_000)], [seen(20_000_000n)], clock)).toEqual([]);
  });
});

describe('statistics', () => {
  const expected = (text: string) => [`{cmsg_level=1, cmsg_type=SCM_TIMESTAMPING_OPT_STATS, cmsg_data={${text}}}`];
  const busy = (value: string) => `0c000100${value.padEnd(16, '0')}`;
  const windows = (value: string) => `08000800${value.padEnd(8, '0')}`;
  const seen = (...attributes: readonly string[]) => [message(1, 54, attributes.join(''))];
  const CLOCK: CallClock = { realtimeAtZeroNs: 0, toleranceNs: 4_000_000 };

  it('fit in order', () => {
    const text = expected('TCP_NLA_BUSY=0, TCP_NLA_SND_CWND=10');
    expect(mismatches(text, seen(busy('00'), windows('0a')))).toEqual([]);
    expect(mismatches(text, seen(busy('00'), windows('0b')))).toEqual(['control[0].TCP_NLA_SND_CWND: 10, not 11']);
    expect(mismatches(text, seen(windows('0a'), busy('00')))).toEqual([
      'control[0].TCP_NLA_BUSY: there, not TCP_NLA_SND_CWND',
      'control[0].TCP_NLA_SND_CWND: there, not TCP_NLA_BUSY',
    ]);
  });

  it('`...` is any number', () => {
    expect(mismatches(expected('TCP_NLA_BUSY=...'), seen(busy('ff')))).toEqual([]);
  });

  // 1000 us and 4000 us of tolerance; 5001 is 0x1389.
  it('durations may be off, except zero', () => {
    expect(mismatches(expected('TCP_NLA_BUSY=1000'), seen(busy('8813')), CLOCK)).toEqual([]);
    expect(mismatches(expected('TCP_NLA_BUSY=1000'), seen(busy('8913')), CLOCK)).toHaveLength(1);
    expect(mismatches(expected('TCP_NLA_BUSY=0'), seen(busy('01')), CLOCK)).toHaveLength(1);
    expect(mismatches(expected('TCP_NLA_BUSY=1000'), seen(busy('8913')))).toEqual([]);
  });

  it('another size, another number of them, and what has no name', () => {
    expect(mismatches(expected('TCP_NLA_SND_CWND=1'), seen(busy('01')))).toEqual(['control[0].length: 8, not 12']);
    expect(mismatches(expected('TCP_NLA_SND_CWND=1'), seen('05000800' + '01000000'))).toEqual([
      'control[0].TCP_NLA_SND_CWND.length: 8, not 5',
    ]);
    expect(mismatches(expected('TCP_NLA_SND_CWND=1'), seen('0800630001000000'))).toEqual([
      'control[0].TCP_NLA_SND_CWND: there, not attribute 99',
    ]);
    expect(mismatches(expected('TCP_NLA_SND_CWND=1'), seen('0000000000000000'))).toEqual([
      'control[0].TCP_NLA_SND_CWND: there, not nothing',
    ]);
  });
});
