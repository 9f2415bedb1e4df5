import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/hex';
import { outlineArguments, parse } from './call-support';

describe('buffers with their lengths', () => {
  it('are struct iovec', () => {
    expect(outlineArguments('readv(app, [{..., 10}, {NULL, 5}], 2) = 10')).toBe(
      '[{socket,name:app},{list,items:[' +
        '{struct,fields:[{name:iov_base,value:{ellipsis}},{name:iov_len,value:{integer,value:10}}]},' +
        '{struct,fields:[{name:iov_base,value:{null}},{name:iov_len,value:{integer,value:5}}]}]},{integer,value:2}]',
    );
  });

  it('may hold text', () => {
    expect(outlineArguments('writev(app, [{"abc", 3}], 1) = 3')).toContain('value:{string,bytes:abc}');
  });

  it.each([
    ['{...}', '`,` and the length expected'],
    ['{..., }', 'an argument expected'],
    ['{..., 10, 3}', '`,` or `}` expected'],
    ['{..., 10', '`,` or `}` expected'],
    ['{}', 'lacks `iov_base`'],
    ['10', 'an item in the buffers of `readv` is `{..., length}`'],
  ])('%s is none', (piece, trouble) => {
    expect(outlineArguments(`readv(app, [${piece}], 1) = 10`)).toContain(trouble);
  });
});

describe('a message', () => {
  it('has the lengths beside its fields', () => {
    const text = `recvmsg(app, {msg_name(...)=...,
        msg_iov(1)=[{...,0}],
        msg_flags=MSG_ERRQUEUE|MSG_TRUNC,
        msg_control=[
          {cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY,
           ee_type=0, ee_code=SO_EE_CODE_ZEROCOPY_COPIED, ee_info=0, ee_data=1}}]}, MSG_ERRQUEUE) = 0`;
    expect(outlineArguments(text)).toContain(
      '{struct,fields:[{name:msg_namelen,value:{ellipsis}},{name:msg_name,value:{ellipsis}},' +
        '{name:msg_iovlen,value:{integer,value:1}},{name:msg_iov,value:{list,items:[',
    );
  });

  it.each([
    ['{msg_iov(1)=[{..., 1}], msg_flag=0}', 'the message of `recvmsg` has no field `msg_flag`'],
    ['{msg_iov(1)[{..., 1}]}', '`=` after `msg_iov` expected'],
    ['{msg_iov(1=[{..., 1}]}', '`)` after the length of `msg_iov` expected'],
    ['{msg_iov(1)=[{..., 1}], 5}', 'a field name expected'],
    ['{msg_flags=0}', 'the message of `recvmsg` lacks `msg_iov`'],
    ['{msg_iov(1)=[{..., 1}], msg_flags=0, msg_flags=0}', 'has the field `msg_flags` twice'],
  ])('%s is none', (message, trouble) => {
    expect(outlineArguments(`recvmsg(app, ${message}, 0) = 1`)).toContain(trouble);
  });
});

describe('headers as the value of an option', () => {
  function bytes(value: string): string {
    const { made, troubles } = parse(`setsockopt(app, SOL_IP, IP_OPTIONS, ${value}, 16) = 0`);
    const argument = made?.args[3];
    return argument?.kind === 'string' ? toHex(argument.bytes) : troubles.join('; ');
  }

  // RFC 2890: C is bit 0, K bit 2, S bit 3 of the first two bytes; then checksum, offset, key and sequence number.
  it.each([
    ['{flags [key present, sequence# present], sum 1, off 2, key = 3, seq 4}', '30000000000100020000000300000004'],
    ['{flags [checksum present] sum 0xffff off 0 key 0 seq 0}', '80000000ffff00000000000000000000'],
    ['{flags [none], sum 0, off 0, key 0, seq 0}', '0'.repeat(32)],
    ['{flags 0x2000, sum 0, off 0, key 5, seq 0}', '20000000000000000000000500000000'],
  ])('GRE: %s', (value, expected) => {
    expect(bytes(value)).toBe(expected);
  });

  // RFC 3032: 20 bits of label, 3 of traffic class, one at the bottom of the stack, 8 of TTL.
  it('MPLS', () => {
    expect(bytes('{(label 16, tc 0, ttl 64)}')).toBe('00010040');
    expect(bytes('{(label 0xfffff, tc 7, ttl 255) (label 1, tc 0, [S], ttl 1)}')).toBe(`fffffeff${'00001101'}`);
  });

  it.each([
    ['{flags [key], sum 0, off 0, key 0, seq 0}', 'a GRE flag expected'],
    ['{flags [none, sum 0}', 'a GRE flag expected'],
    ['{flags [none sum 0}', '`,` or `]` after the flags expected'],
    ['{flags [none], off 0}', '`sum` of the GRE header expected'],
    ['{flags [none], sum 70000, off 0, key 0, seq 0}', '`sum` 70000 is out of range'],
    ['{flags [none], sum 0, off 0, key 0, seq 0, 1}', '`}` after the GRE header expected'],
    ['{(label 1048576, tc 0, ttl 1)}', '`label` 1048576 is out of range'],
    ['{(tc 0)}', '`label` of an MPLS label expected'],
    ['{(label 1 tc 0, ttl 1)}', '`,` after `label` expected'],
    ['{(label 1, tc 0, ttl 1, )}', '`)` after `ttl` expected'],
    ['{(label 1, tc 0, ttl 1) 5}', '`(` of the next label, or `}` expected'],
  ])('%s is none', (value, trouble) => {
    expect(bytes(value)).toContain(trouble);
  });
});
