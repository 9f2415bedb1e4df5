import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../src/base/hex';
import { present } from '../../../../src/base/assert';
import { decodeSocket } from '../../../../src/host/linux/diag/decode';

/** struct inet_diag_msg with attributes, captured from Linux 6.18. */
const CAPTURED = {
  /** A dual-stack listener with a backlog of 5. */
  listener:
    '0a0a00001f9000000000000000000000000000000000000000000000000000000000000000000000000000000300000000000000000000' +
    '000000000005000000000000005dd90100050008000000000005000b000000000008000f00000000000c00150001000000000000000600' +
    '16001200000028000700000000000000020000000000004000000000000000000000000000000000000000000000',
  /** A request over IPv4 to that listener. */
  request:
    '0a0301001f909c4200000000000000000000ffffc0a8000100000000000000000000ffffc0000201000000000400000000000000000000' +
    '000000000000000000000000000000000008000f0000000000',
  accepted:
    '0a0100001f909c4100000000000000000000ffffc0a8000100000000000000000000ffffc0000201000000000600000000000000000000' +
    '000000000000000000000000005ed90100050008000000000008000f00000000000c001500010000000000000006001600120000002800' +
    '0700000000000000020000000000000e01000000000000000000000000000000000000000000',
};

function bytesOf(name: keyof typeof CAPTURED): Uint8Array {
  return present(fromHex(CAPTURED[name]), name);
}

describe('a socket of inet_diag', () => {
  it('is a listener with its queue and memory', () => {
    expect(decodeSocket(bytesOf('listener'))).toEqual({
      state: 'LISTEN',
      family: 6,
      localAddress: '::',
      localPort: 8080,
      remoteAddress: '::',
      remotePort: 0,
      receiveQueue: 0,
      sendQueue: 5,
      timer: 'off',
      timerExpiresMs: 0,
      retransmits: 0,
      inode: 121181,
      memory: {
        receiveAllocated: 0,
        receiveBuffer: 131072,
        sendAllocated: 0,
        sendBuffer: 16384,
        forwardAllocated: 0,
        writeQueued: 0,
        optionMemory: 0,
        backlog: 0,
        drops: 0,
      },
    });
  });

  it('shows mapped addresses as IPv4, and requests without memory', () => {
    expect(decodeSocket(bytesOf('request'))).toEqual({
      state: 'SYN_RECV',
      family: 6,
      localAddress: '192.168.0.1',
      localPort: 8080,
      remoteAddress: '192.0.2.1',
      remotePort: 40002,
      receiveQueue: 0,
      sendQueue: 0,
      timer: 'on',
      timerExpiresMs: 0,
      retransmits: 0,
      inode: 0,
    });
  });

  it('has every number of struct inet_diag_msg in its place', () => {
    const body = bytesOf('accepted');
    const view = new DataView(body.buffer);
    body.set([2, 8, 2, 3]);
    body.set([10, 0, 0, 1], 8);
    body.set([10, 0, 0, 2], 24);
    for (const [index, value] of [1500, 11, 22, 33, 44].entries()) view.setUint32(52 + index * 4, value, true);
    expect(decodeSocket(body)).toMatchObject({
      state: 'CLOSE_WAIT',
      family: 4,
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.2',
      timer: 'keepalive',
      retransmits: 3,
      timerExpiresMs: 1500,
      receiveQueue: 11,
      sendQueue: 22,
      inode: 44,
    });
  });

  it('survives states and timers that it does not know, and fewer memory numbers of older kernels', () => {
    const body = bytesOf('accepted');
    body.set([10, 99, 77]);
    expect(decodeSocket(body)).toMatchObject({ state: 'STATE_99', timer: 'timer-77' });
    // The attribute is the last one; without its last number.
    const short = body.slice(0, -4);
    short[short.length - 36] = 36;
    expect(decodeSocket(short)?.memory).toMatchObject({ receiveBuffer: 131072, backlog: 0, drops: 0 });
  });

  it('is nothing in too few bytes', () => {
    expect(decodeSocket(bytesOf('request').subarray(0, 71))).toBeUndefined();
    expect(decodeSocket(new Uint8Array(0))).toBeUndefined();
  });
});
