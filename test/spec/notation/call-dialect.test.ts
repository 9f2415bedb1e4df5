import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../src/spec/notation/call';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';
import { outline, parse } from './call-support';

const read = (text: string) => outline(text, 'packetdrill');

describe('in a script for packetdrill', () => {
  it.each([
    ['accept(3, ..., ...) = 4', '{name:accept,args:[{socket,name:3},{ellipsis},{ellipsis}],result:{socket,name:4}}'],
    ['close(4) = 0', '{name:close,args:[{socket,name:4}],result:{value,value:0}}'],
    ['close(-1) = -1 EBADF (Bad)', '{name:close,args:[{integer,value:-1}],result:{value,value:-1,errno:EBADF}}'],
    [
      'socket(..., SOCK_STREAM, IPPROTO_UDP) = -1',
      '{name:socket,args:[{ellipsis},{symbols,names:[SOCK_STREAM]},{symbols,names:[IPPROTO_UDP]}],result:{value,value:-1}}',
    ],
    ['pipe([5, 6]) = 0', '{name:pipe,args:[{list,items:[{socket,name:5},{socket,name:6}]}],result:{value,value:0}}'],
    [
      'splice(4, NULL, 6, 0, 99, 0) = 99',
      '{name:splice,args:[{socket,name:4},{null},{socket,name:6},{null},{integer,value:99},{integer,value:0}],result:{value,value:99}}',
    ],
    [
      'sendfile(4, 5, [0], 5) = 5',
      '{name:sendfile,args:[{socket,name:4},{socket,name:5},{list,items:[{integer,value:0}]},{integer,value:5}],result:{value,value:5}}',
    ],
    [
      'write(4, 0, 10) = -1 EFAULT (Bad address)',
      '{name:write,args:[{socket,name:4},{null},{integer,value:10}],result:{value,value:-1,errno:EFAULT}}',
    ],
    ['epoll_create(1) = 5', '{name:epoll_create,args:[{integer,value:1}],result:{socket,name:5}}'],
    [
      'epoll_wait(5, {events=EPOLLOUT, fd=4}, 1, 0) = 1',
      '{name:epoll_wait,args:[{socket,name:5},{struct,fields:[{name:events,value:{symbols,names:[EPOLLOUT]}},{name:fd,value:{socket,name:4}}]},{integer,value:1},{integer,value:0}],result:{value,value:1}}',
    ],
    [
      'poll([{fd=4, events=POLLIN}], 1, 0) = 0',
      '{name:poll,args:[{list,items:[{struct,fields:[{name:fd,value:{socket,name:4}},{name:events,value:{symbols,names:[POLLIN]}},{name:revents,value:{integer,value:0}}]}]},{integer,value:1},{integer,value:0}],result:{value,value:0}}',
    ],
    [
      'fcntl(4, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)',
      '{name:fcntl,args:[{socket,name:4},{symbols,names:[F_GETFL]}],result:{value,value:2050}}',
    ],
    ['psp_tx_assoc(4, 23) = 0', '{name:psp_tx_assoc,args:[{socket,name:4},{integer,value:23}],result:{value,value:0}}'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['close(app) = 0', 'unknown constant `app`'],
    ['close(...) = 0', 'the fd of `close` is the number of a descriptor'],
    ['accept(3, ..., ...) = app', 'a result is a number, not `app`'],
    ['fcntl(4, F_GETFL) = O_RDWR', 'a result is a number, not `O_RDWR`'],
    ['close(4) = ...', 'the number that the call returns expected, not `...`'],
    ['close(4) = 4294967296', '4294967296 does not fit in 32 bits'],
    ['close(4)', '`=` and the result expected'],
    ['acept(3, ..., ...) = 4', 'unknown system call `acept`'],
  ])('%s is wrong', (text, trouble) => {
    expect(read(text)).toContain(trouble);
  });

  // `packetdrill --dry_run` takes them, and so does a run.
  it.each([
    'connect(3, ..., ...) = -1EINPROGRESS (in progress)',
    'epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=0, fd=3}) = 0',
  ])('%s is odd, but right', (text) => {
    expect(parse(text, 'packetdrill').troubles).toEqual([]);
    expect(parse(text, 'yaml').troubles).not.toEqual([]);
  });

  it('the way out is in its own notation', () => {
    expect(parse('fcntl(4, F_GETFL) = O_RDWR', 'packetdrill').hints).toEqual(['write `= 2 (O_RDWR)`']);
    expect(parse('accept', 'packetdrill').hints[0]).toContain('accept(3, ..., ...) = 4');
  });
});

const SEEDS = [
  'recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=0, msg_control=[{cmsg_level=1, cmsg_type=2, cmsg_data={scm_sec=0,scm_nsec=5}}]}, 0) = 10',
  'epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT|EPOLLET, fd=4}) = 0',
  'setsockopt(4, SOL_IP, IP_OPTIONS, {flags [key present], sum 0, off 0, key = 1, seq 0}, 16) = 0',
  'setsockopt(4, SOL_IP, IP_OPTIONS, {(label 1, tc 2, [S], ttl 3) (label 4, tc 5, ttl 6)}, 8) = 0',
  'getsockopt(4, SOL_IPV6, 1, inet6_addr("::1"), [16]) = -1 ENOPROTOOPT (Protocol not available)',
];

it('any text with a few mistakes is a call, or is told why it is none', () => {
  const inserted = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom(...'()[]{}=,|"\\', '...', 'NULL', '-1', 'fd='),
  );
  const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(6), inserted);
  const mutated = fc.tuple(fc.constantFrom(...SEEDS), fc.array(edit, { maxLength: 4 })).map(([seed, edits]) =>
    edits.reduce((text, [where, length, insert]) => {
      const at = Math.floor(where * text.length);
      return text.slice(0, at) + insert + text.slice(at + length);
    }, seed),
  );
  fc.assert(
    fc.property(mutated, fc.constantFrom('yaml', 'packetdrill'), (text, dialect) => {
      const list = new DiagnosticList();
      expect(parseCall(snippetAt(text, 0), list, dialect) === undefined).toBe(list.hasErrors);
      for (const { span } of list.sorted()) expect(span.end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 3000 },
  );
});
