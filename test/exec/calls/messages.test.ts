import { describe, expect, it } from 'vitest';
import { requestFor } from './support';

const zeros = (count: number) => ({ kind: 'bytes', bytes: new Uint8Array(count) });

describe('sendmsg()', () => {
  it('takes zeros, and the address that the harness knows', () => {
    const text = 'sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {NULL, 5}], msg_flags=0}, MSG_ZEROCOPY) = 15';
    expect(requestFor(text)).toEqual({
      name: 'sendmsg',
      fd: 104,
      address: { family: 'ipv4', address: '192.0.2.1', port: 40_001 },
      buffers: [zeros(10), { kind: 'null', size: 5 }],
      control: [],
      flags: 0x400_0000,
    });
  });

  it('has no address when none is written', () => {
    expect(requestFor('sendmsg(4, {msg_iov(1)=[{..., 1}]}, 0) = 1')).not.toHaveProperty('address');
  });

  // SOL_SOCKET 1, SO_TIMESTAMPING 37, SOF_TIMESTAMPING_TX_ACK 512.
  it('passes control messages on', () => {
    const control = '{cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMPING, cmsg_data=SOF_TIMESTAMPING_TX_ACK}';
    expect(requestFor(`sendmsg(4, {msg_iov(1)=[{..., 1}], msg_control=[${control}]}, 0) = 1`)).toMatchObject({
      control: [{ level: 1, type: 37, data: Uint8Array.of(0, 2, 0, 0) }],
    });
  });
});

describe('recvmsg()', () => {
  const room = (...control: readonly string[]) => {
    const text = `recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 8}], msg_flags=0, msg_control=[${control.join(', ')}]}, 0) = 8`;
    return requestFor(text);
  };
  const inq = '{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=0}';
  const stamp = '{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=1}}';
  const error = (level: string) =>
    `{cmsg_level=${level}, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=0, ee_type=0, ee_code=0, ee_info=0, ee_data=0}}`;

  // CMSG_SPACE() of 4, 48, 32 and 44 bytes (cmsg(3)): a header of 16, and data in words of 8.
  it.each([
    ['nothing', [], 0],
    ['an int', [inq], 24],
    ['stamps', [stamp], 64],
    ['an error of IPv4', [error('SOL_IP')], 48],
    ['an error of IPv6', [error('SOL_IPV6')], 64],
    ['several', [stamp, error('SOL_IP')], 112],
  ])('has room for %s', (_, control, controlLength) => {
    expect(room(...control)).toEqual({
      name: 'recvmsg',
      fd: 104,
      buffers: [{ size: 8, isNull: false }],
      controlLength,
      flags: 0,
    });
  });

  it('has none when no control messages are written', () => {
    expect(requestFor('recvmsg(4, {msg_iov(1)=[{..., 8}]}, MSG_PEEK) = 8')).toMatchObject({
      controlLength: 0,
      flags: 2,
    });
  });
});
