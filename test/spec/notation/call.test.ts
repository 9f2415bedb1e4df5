import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../src/spec/notation/call';
import { snippetAt } from '../../../src/spec/snippet';
import { outline, parse } from './call-support';

describe('calls that are understood', () => {
  const table: readonly [string, string][] = [
    [
      'accept(server, ..., ...) = app',
      '{name:accept,args:[{socket,name:server},{ellipsis},{ellipsis}],result:{socket,name:app}}',
    ],
    [
      'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = s',
      '{name:socket,args:[{ellipsis},{symbols,names:[SOCK_STREAM,SOCK_NONBLOCK]},{symbols,names:[IPPROTO_TCP]}],result:{socket,name:s}}',
    ],
    ['close(app) = 0', '{name:close,args:[{socket,name:app}],result:{value,value:0}}'],
    [
      'read(app, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)',
      '{name:read,args:[{socket,name:app},{ellipsis},{integer,value:1000}],result:{value,value:-1,errno:EAGAIN}}',
    ],
    [
      'fcntl(app, F_GETFL) = 0x2 (flags O_RDWR)',
      '{name:fcntl,args:[{socket,name:app},{symbols,names:[F_GETFL]}],result:{value,value:2}}',
    ],
    [
      'write(app, "GET /\\r\\n", 7) = 7',
      '{name:write,args:[{socket,name:app},{string,bytes:GET /\\r\\n},{integer,value:7}],result:{value,value:7}}',
    ],
    [
      'write(app, "a" "\\x62", 2) = 2',
      '{name:write,args:[{socket,name:app},{string,bytes:ab},{integer,value:2}],result:{value,value:2}}',
    ],
    [
      'setsockopt(app, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0',
      '{name:setsockopt,args:[{socket,name:app},{symbols,names:[SOL_SOCKET]},{symbols,names:[SO_LINGER]},{struct,fields:[{name:onoff,value:{integer,value:1}},{name:linger,value:{integer,value:0}}]},{integer,value:8}],result:{value,value:0}}',
    ],
    [
      'getsockopt(app, SOL_TCP, TCP_MAXSEG, [1460], [4]) = 0',
      '{name:getsockopt,args:[{socket,name:app},{symbols,names:[SOL_TCP]},{symbols,names:[TCP_MAXSEG]},{list,items:[{integer,value:1460}]},{list,items:[{integer,value:4}]}],result:{value,value:0}}',
    ],
    [
      'poll([{fd=app, events=POLLIN, revents=0}], 1, 100) = 0',
      '{name:poll,args:[{list,items:[{struct,fields:[{name:fd,value:{socket,name:app}},{name:events,value:{symbols,names:[POLLIN]}},{name:revents,value:{integer,value:0}}]}]},{integer,value:1},{integer,value:100}],result:{value,value:0}}',
    ],
    [
      'connect(s, AF_UNSPEC, ...) = 0',
      '{name:connect,args:[{socket,name:s},{symbols,names:[AF_UNSPEC]},{ellipsis}],result:{value,value:0}}',
    ],
    ['close(-1) = -1 EBADF', '{name:close,args:[{integer,value:-1}],result:{value,value:-1,errno:EBADF}}'],
  ];
  it.each(table)('%s', (text, expected) => {
    expect(outline(text)).toBe(expected);
  });
});

describe('calls that are not', () => {
  const table: readonly [string, string, string | undefined][] = [
    ['', 'bad-call at ``: the name of a system call expected', 'accept(server'],
    ['accept', 'bad-call at ``: `(` after the name of the call expected', 'accept(server'],
    ['accept(server, ..., ...)', 'bad-call at ``: `=` and the result expected', 'every call says what it returns'],
    [
      'accpet(server, ..., ...) = app',
      'unknown-call at `accpet`: unknown system call `accpet`',
      'did you mean `accept`?',
    ],
    ['accept4(server, ..., ..., 0) = app', 'unknown-call at `accept4`', 'did you mean `accept`?'],
    [
      'accept(server) = app',
      'bad-call at `accept(server) = app`: `accept` takes 3 arguments, not 1',
      'usage: `accept(fd, address, address length)`',
    ],
    ['fcntl(app) = 0', '`fcntl` takes 2 or 3 arguments, not 1', 'usage'],
    [
      'accept(3, ..., ...) = app',
      'bad-call at `3`: the fd of `accept` is the name of a socket',
      'sockets have names here',
    ],
    [
      'accept(server, ..., ...) = 4',
      'bad-call at `4`: `accept` gives a new socket, which needs a name',
      '`accept(...) = app`',
    ],
    ['close(app) = done', 'bad-call at `done`: `close` gives no new socket', 'write the number that it returns'],
    ['listen(server, lots) = 0', 'bad-call at `lots`: unknown constant `lots`', undefined],
    ['shutdown(app, SHUT_WRR) = 0', 'bad-call at `SHUT_WRR`: unknown constant `SHUT_WRR`', 'did you mean `SHUT_WR`?'],
    [
      'setsockopt(app, SOL_TCP, tcp_nodelay, [1], 4) = 0',
      'bad-call at `tcp_nodelay`: unknown constant `tcp_nodelay`',
      'did you mean `TCP_NODELAY`?',
    ],
    [
      'setsockopt(app, SOL_TCP, TCP_NODELAY, 1, 4) = 0',
      'bad-call at `1`: the value of `setsockopt` is `[number]`',
      undefined,
    ],
    [
      'setsockopt(app, SOL_SOCKET, SO_LINGER, {onoff=1}, 8) = 0',
      'bad-call at `{onoff=1}`: the value of `setsockopt`',
      undefined,
    ],
    ['bind(s, 8080, ...) = 0', 'bad-call at `8080`: the address of `bind` is `...`', undefined],
    ['read(app, ..., 10) = -1 EAGIAN', 'bad-call at `EAGIAN`: unknown error `EAGIAN`', 'did you mean `EAGAIN`?'],
    ['read(app, ..., 10) = EAGAIN', 'bad-call at `EAGAIN`: `EAGAIN` is an error, not a result', 'write `= -1 EAGAIN`'],
    [
      'read(app, ..., 10) = 0 EAGAIN',
      'bad-call at `EAGAIN`: a call that fails with EAGAIN returns -1, not 0',
      undefined,
    ],
    [
      'accept(server, ..., ...) = App',
      'bad-call at `App`: `App` cannot name a socket',
      'names of sockets begin with a small letter',
    ],
    ['write(app, "abc, 3) = 3', 'bad-call at `"`: this string has no end', 'close it'],
    ['write(app, "\\q", 1) = 1', 'bad-call at `\\q`: unknown escape `\\q`', 'known are'],
    ['write(app, "abc", 4) = 4', 'bad-call at `4`: the text has 3 bytes, 4 are to be written', undefined],
    ['read(app, ..., 99999999999) = 0', 'bad-call at `99999999999`: 99999999999 does not fit in 32 bits', undefined],
    ['close(app) = 0 now', 'bad-call at `now`: unknown error `now`', undefined],
    ['close(app) = 0; close(app) = 0', 'bad-call at `;`: `;` is left over at the end', undefined],
    ['poll([[[[[[[[[[[1]]]]]]]]]]], 1, 0) = 0', 'these brackets are nested too deeply', undefined],
  ];
  it.each(table)('%s', (text, trouble, hint) => {
    const { made, troubles, hints } = parse(text);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(trouble);
    if (hint !== undefined) expect(hints[0]).toContain(hint);
  });

  it('tells every unfit argument', () => {
    const { troubles } = parse('setsockopt(3, SOL_TPC, TCP_NODELAY, 1, "4") = 0');
    expect(troubles).toHaveLength(4);
  });
});

it('counts places from where the text stands in its file', () => {
  const file = 'call: close(app) = 0';
  const call = parseCall(snippetAt(file.slice(6), 6), { report: () => undefined });
  expect(call?.args.map(({ span }) => file.slice(span.start, span.end))).toEqual(['app']);
  expect(call === undefined ? '' : file.slice(call.span.start, call.span.end)).toBe('close(app) = 0');
});
