import { describe, expect, it } from 'vitest';
import { parse } from './call-support';

const CMSG = 'cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data=';
const MESSAGE = (data: string) => `recvmsg(s, {msg_iov(1)=[{..., 1}], msg_control=[{${CMSG}${data}}]}, 0) = 1`;

describe('what stands inside an argument', () => {
  it.each([
    ['a number', MESSAGE('5')],
    ['constants', MESSAGE('SOF_TIMESTAMPING_TX_ACK|SOF_TIMESTAMPING_TX_SCHED')],
    ['bytes', MESSAGE('"\\x01"')],
    ['a stamp', MESSAGE('{scm_sec=0,scm_nsec=20000000}')],
    ['statistics', MESSAGE('{TCP_NLA_BUSY=..., TCP_NLA_CA_STATE=3}')],
    ['no control messages', 'recvmsg(s, {msg_iov(1)=[{..., 1}], msg_control=[]}, 0) = 1'],
    ['an event', 'epoll_ctl(e, EPOLL_CTL_ADD, s, {events=EPOLLOUT|EPOLLET, fd=s}) = 0'],
    ['an event that is taken away', 'epoll_ctl(e, EPOLL_CTL_DEL, s, NULL) = 0'],
    ['a pointer in an event', 'epoll_wait(e, {events=0, ptr=0}, 1, 0) = 0'],
    ['a number of 64 bits in an event', 'epoll_wait(e, {events=EPOLLIN, u64=0x1000000000}, 1, 0) = 1'],
    ['an offset of 64 bits', 'sendfile(s, file, [0x1000000000], 5) = 5'],
    ['no offset', 'splice(s, NULL, out, [5], 99, SPLICE_F_MOVE) = 99'],
    ['no revents', 'poll([{fd=s, events=POLLIN}], 1, 0) = 0'],
    ['the ends of a pipe', 'pipe([out, in]) = 0'],
    ['a path', 'open("data", O_RDONLY) = file'],
    ['a capability', 'cap_set(CAP_EFFECTIVE, CAP_NET_ADMIN, CAP_CLEAR) = 0'],
    ['any option value', 'getsockopt(s, SOL_TCP, TCP_INFO, ..., ...) = 0'],
  ])('%s', (_, text) => {
    expect(parse(text).troubles).toEqual([]);
  });

  const ERROR = 'ee_errno=0, ee_origin=0, ee_type=0, ee_code=0, ee_info=0';
  it.each([
    [
      MESSAGE('{colour=1}'),
      '`{colour=1}`: `cmsg_data` in an item in `msg_control` in the message of `recvmsg` is',
      undefined,
    ],
    [MESSAGE('{scm_sec=0}'), 'lacks `scm_nsec`', 'write `{scm_sec=N, scm_nsec=N}`'],
    [MESSAGE(`{${ERROR}}`), 'lacks `ee_data`', 'ee_data=N'],
    [MESSAGE(`{${ERROR}, ee_dada=1}`), 'has no field `ee_dada`', 'did you mean `ee_data`?'],
    [MESSAGE('{ee_code=256}'), '`256`: `ee_code` in', undefined],
    [MESSAGE('{TCP_NLA_BUSI=1}'), 'has no field `TCP_NLA_BUSI`', 'did you mean `TCP_NLA_BUSY`?'],
    [MESSAGE('SOF_TIMESTAMPING_TX_AKC'), 'unknown constant `SOF_TIMESTAMPING_TX_AKC`', 'SOF_TIMESTAMPING_TX_ACK'],
    [
      'epoll_wait(e, {events=EPOLLIN}, 1, 0) = 1',
      'the event of `epoll_wait` has exactly one of `fd`',
      'write `{events=',
    ],
    ['epoll_wait(e, {events=0, fd=s, ptr=0}, 1, 0) = 1', 'has exactly one of', undefined],
    ['epoll_wait(e, {fd=s}, 1, 0) = 1', 'the event of `epoll_wait` lacks `events`', undefined],
    [
      'epoll_wait(e, {events=0, fd=4}, 1, 0) = 1',
      '`fd` in the event of `epoll_wait` is the name of a socket',
      'have names',
    ],
    ['epoll_wait(e, NULL, 1, 0) = 1', 'the event of `epoll_wait` is `{events=EPOLLIN, fd=NAME}`', undefined],
    ['epoll_ctl(e, EPOLL_CTL_ADD, s, 5) = 0', 'the event of `epoll_ctl` is', undefined],
    ['pipe([out]) = 0', 'the ends of `pipe` is `[a, b]`', undefined],
    ['pipe([5, 6]) = 0', 'an item in the ends of `pipe` is a name for a new descriptor', 'sockets have names'],
    ['poll([{fd=s, revents=0}], 1, 0) = 0', 'lacks `events`', undefined],
    ['setsockopt(s, SOL_TCP, TCP_NODELAY, [...], 4) = 0', 'the value of `setsockopt` is `[number]`', undefined],
    ['setsockopt(s, SOL_TCP, TCP_NODELAY, [4294967296], 4) = 0', 'does not fit in 32 bits', undefined],
    ['sendfile(s, file, 5, 5) = 5', 'the offset of `sendfile` is `NULL` or `[number]`', undefined],
    ['open(data, O_RDONLY) = file', 'the path of `open` is "text"', undefined],
    ['psp_rx_assoc(s, [7]) = 0', 'packetspec has no PSP, which `psp_rx_assoc` needs', undefined],
    ['epoll_create(1) = 5', '`epoll_create` gives a new socket, which needs a name', undefined],
    ['close() = 0', '`close` takes 1 argument, not 0', 'usage: `close(fd)`'],
  ])('%s', (text, trouble, hint) => {
    const { made, troubles, hints } = parse(text);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(trouble);
    if (hint !== undefined) expect(hints[0]).toContain(hint);
  });

  it('of a list, every item is looked at', () => {
    expect(parse('poll([{fd=3, events=0}, {fd=4, events=0}], 2, 0) = 0').troubles).toHaveLength(2);
  });
});
