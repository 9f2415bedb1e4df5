import { describe, expect, it } from 'vitest';
import { parseFlagsOnly, parsePacket } from '../../../src/spec/notation/segment';
import { snippetAt } from '../../../src/spec/snippet';
import { TCP_FLAG } from '../../../src/wire/wire';
import { collect } from '../support';

const { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE } = TCP_FLAG;

function parse(text: string, direction: 'inject' | 'expect' = 'expect') {
  return collect(text, (complaints) => parsePacket(snippetAt(text, 0), direction, complaints));
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('segments that are understood', () => {
  const flagsOnly: readonly [string, number][] = [
    ['S', SYN],
    ['S.', SYN | ACK],
    ['.', ACK],
    ['-', 0],
    ['R', RST],
    ['R.', RST | ACK],
    ['FP.', FIN | PSH | ACK],
    ['FPU.', FIN | PSH | URG | ACK],
    ['SEW', SYN | ECE | CWR],
    ['SEWA', SYN | ECE | CWR | AE],
    ['.5', ACK | AE | ECE],
    ['P.3', PSH | ACK | CWR | ECE],
    ['.0', ACK],
  ];
  it.each(flagsOnly)('flags %s', (text, flags) => {
    expect(parse(text)).toEqual({ made: { kind: 'tcp', flags }, troubles: [], hints: [] });
  });

  const segments: readonly [string, object][] = [
    ['S 0:0(0) win 64240', { flags: SYN, seq: 0, length: 0, window: 64_240 }],
    ['P. 1:1001(1000) ack 1 win 257', { flags: PSH | ACK, seq: 1, length: 1000, ack: 1, window: 257 }],
    ['. 1:1(0) win 257 ack 1', { flags: ACK, seq: 1, length: 0, ack: 1, window: 257 }],
    ['. 1:1(0) ack 1 urg 7', { flags: ACK, seq: 1, length: 0, ack: 1, urgentPointer: 7 }],
    ['. ack 4294967295', { flags: ACK, ack: 4_294_967_295 }],
    ['. 4294967295:1(2)', { flags: ACK, seq: 4_294_967_295, length: 2 }],
    ['. 4294967295:4294967297(2)', { flags: ACK, seq: 4_294_967_295, length: 2 }],
    ['. *:*(10) ack *', { flags: ACK, length: 10 }],
    ['40001 > 8080 S 0:0(0)', { flags: SYN, seq: 0, length: 0, sourcePort: 40_001, targetPort: 8080 }],
    ['(ect0) . 1:1(0)', { flags: ACK, seq: 1, length: 0, ip: { ecn: 2 } }],
    ['[ect01] .', { flags: ACK, ip: { ecn: 'either-ect' } }],
    ['(tos 0x1c, flowlabel 0xabcde) .', { flags: ACK, ip: { tos: 0x1c, flowLabel: 0xabcde } }],
    ['(ttl 3,df) .', { flags: ACK, ip: { ttl: 3, dontFragment: true } }],
    ['S<mss 1000>', { flags: SYN, options: { list: [{ kind: 'mss', value: 1000 }], open: false } }],
    ['S <>', { flags: SYN, options: { list: [], open: false } }],
    ['S <...>', { flags: SYN, options: { list: [], open: true } }],
  ];
  it.each(segments)('%s', (text, pattern) => {
    expect(parse(text)).toEqual({ made: { kind: 'tcp', ...pattern }, troubles: [], hints: [] });
  });

  const options: readonly [string, readonly object[], boolean][] = [
    [
      'mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7',
      [
        { kind: 'mss', value: 1460 },
        { kind: 'sackOK' },
        { kind: 'timestamp', val: 100, ecr: 0 },
        { kind: 'nop' },
        { kind: 'wscale', shift: 7 },
      ],
      false,
    ],
    ['mss *, nop, wscale *', [{ kind: 'mss' }, { kind: 'nop' }, { kind: 'wscale' }], false],
    ['nop,nop,TS val * ecr 7', [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', ecr: 7 }], false],
    ['TS *, ...', [{ kind: 'timestamp' }], true],
    [
      'nop,nop,sack 1:1001 2001:3001',
      [
        { kind: 'nop' },
        { kind: 'nop' },
        {
          kind: 'sack',
          blocks: [
            { left: 1, right: 1001 },
            { left: 2001, right: 3001 },
          ],
        },
      ],
      false,
    ],
    ['nop,nop,sack *', [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack' }], false],
    ['FO, nop, nop', [{ kind: 'fastopen', cookie: bytes() }, { kind: 'nop' }, { kind: 'nop' }], false],
    [
      'FO a1b2c3d4e5f60718, nop, nop',
      [
        { kind: 'fastopen', cookie: bytes(0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18) },
        { kind: 'nop' },
        { kind: 'nop' },
      ],
      false,
    ],
    ['FO *, nop, nop', [{ kind: 'fastopen' }, { kind: 'nop' }, { kind: 'nop' }], false],
    ['FOEXP 01020304', [{ kind: 'fastopen-exp', cookie: bytes(1, 2, 3, 4) }], false],
    [
      'md5 000102030405060708090a0b0c0d0e0f,eol,eol',
      [{ kind: 'md5', digest: bytes(...Array.from({ length: 16 }, (_, i) => i)) }, { kind: 'eol' }, { kind: 'eol' }],
      false,
    ],
    ['nop,ECN e0b 1 ceb 2 e1b 3', [{ kind: 'nop' }, { kind: 'accecn', order: 0, counters: [1, 2, 3] }], false],
    ['ECN e1b 1 ceb 2', [{ kind: 'accecn', order: 1, counters: [1, 2] }], false],
    ['kind 253 dead', [{ kind: 'unknown', number: 253, data: bytes(0xde, 0xad) }], false],
    ['kind 8 de ad be ef 00 00', [{ kind: 'unknown', number: 8, data: bytes(0xde, 0xad, 0xbe, 0xef, 0, 0) }], false],
    ['kind 30 *', [{ kind: 'unknown', number: 30 }], false],
  ];
  it.each(options)('<%s>', (text, list, open) => {
    expect(parse(`S <${text}>`)).toEqual({
      made: { kind: 'tcp', flags: SYN, options: { list, open } },
      troubles: [],
      hints: [],
    });
  });

  const others: readonly [string, object][] = [
    ['udp (100)', { kind: 'udp', length: 100 }],
    ['udp', { kind: 'udp' }],
    ['udp 5000 > 53 (1)', { kind: 'udp', length: 1, sourcePort: 5000, targetPort: 53 }],
    ['5000 > 53 udp (1)', { kind: 'udp', length: 1, sourcePort: 5000, targetPort: 53 }],
    ['icmp unreachable port_unreachable', { kind: 'icmp', type: 'unreachable', code: 'port_unreachable' }],
    [
      'icmp unreachable frag_needed mtu 1000 quoted 1:1001(1000)',
      {
        kind: 'icmp',
        type: 'unreachable',
        code: 'frag_needed',
        mtu: 1000,
        quoted: { kind: 'tcp', seq: 1, length: 1000 },
      },
    ],
    [
      'icmp packet_too_big mtu 1280 [1:1001(1000)]',
      { kind: 'icmp', type: 'packet_too_big', mtu: 1280, quoted: { kind: 'tcp', seq: 1, length: 1000 } },
    ],
    ['icmp unreachable quoted udp (10)', { kind: 'icmp', type: 'unreachable', quoted: { kind: 'udp', length: 10 } }],
    ['icmp unreachable [udp(10)]', { kind: 'icmp', type: 'unreachable', quoted: { kind: 'udp', length: 10 } }],
    [
      'icmp echo_reply id 7 [raw (64)]',
      { kind: 'icmp', type: 'echo_reply', id: 7, quoted: { kind: 'raw', length: 64 } },
    ],
    ['icmp echo_request id 7', { kind: 'icmp', type: 'echo_request', id: 7 }],
    ['icmp type_3 code_13', { kind: 'icmp', type: 'type_3', code: 'code_13' }],
  ];
  it.each(others)('%s', (text, pattern) => {
    expect(parse(text)).toEqual({ made: pattern, troubles: [], hints: [] });
  });
});

describe('segments that are not', () => {
  const table: readonly [string, string, string | undefined][] = [
    ['', 'bad-segment at ``: a segment is missing here', 'S 0:0(0)'],
    ['Q 0:0(0)', 'bad-segment at `Q`: no TCP flag is called Q', undefined],
    ['Sq.', 'bad-segment at `q`: no TCP flag is called q', undefined],
    ['E.5', 'bad-segment at `E.5`: E and the ACE digit 5 name the same bits', undefined],
    [
      '0:0(0)',
      'bad-segment at `0`: the flags are missing before the sequence numbers',
      'a segment begins with its flags',
    ],
    ['> S.', 'bad-segment at `>`: TCP flags expected', 'a segment begins with its flags'],
    ['S 0:1(0)', 'bad-segment at `0:1(0)`: 0 + 0 is 0, not 1', 'write `0:0(0)` or `0:1(1)`'],
    [
      'S 5',
      'bad-segment at ``: `:` after the first sequence number expected, but the text ends here',
      'write `5:5(0)`',
    ],
    ['S 0:0', 'bad-segment at ``: `(` and the payload length expected, but the text ends here', 'write `0:0(0)`'],
    [
      'S 4294967296:4294967296(0)',
      'bad-segment at `4294967296`: sequence number 4294967296 is out of range',
      undefined,
    ],
    ['. 1:65537(65536)', 'bad-segment at `65536`: payload length 65536 is out of range 0 to 65535', undefined],
    ['. 1:1(0) akc 1', 'bad-segment at `akc`: `akc` means nothing here', 'did you mean `ack`?'],
    ['. 1:1(0) ack', 'bad-segment at ``: acknowledgment number (a number) expected, but the text ends here', undefined],
    ['. 1:1(0) ack 1 ack 2', 'bad-segment at `ack`: `ack` is written twice', undefined],
    ['. 1:1(0) win 70000', 'bad-segment at `70000`: window 70000 is out of range 0 to 65535', undefined],
    [
      '. ack 1 1:1(0)',
      'bad-segment at `1:1(0)`: `1:1(0)` is left over at the end',
      'the sequence numbers come right after the flags',
    ],
    ['S <mss 1460> ack 1', 'bad-segment at `ack`: `ack` is left over at the end', undefined],
    ['S <mss>', 'bad-segment at `>`: MSS (a number) expected, not `>`', undefined],
    ['S <mss 1460', 'bad-segment at ``: `,` or `>` after a TCP option expected, but the text ends here', undefined],
    ['S <wscael 7>', 'bad-segment at `wscael`: unknown TCP option `wscael`', 'did you mean `wscale`?'],
    ['S <timestamps 7>', 'bad-segment at `timestamps`: unknown TCP option `timestamps`', 'did you mean `TS`?'],
    ['S <sackOK>', 'bad-segment at `<sackOK>`: these options take 2 bytes', 'add `nop,nop`'],
    ['S <...,mss 1460>', 'bad-segment at `,`: nothing can follow `...`', 'move `...` to the end of the options'],
    ['S <TS ecr 1 val 2>', 'bad-segment at `ecr`: `val` expected, not `ecr`', 'write `TS val N ecr N`'],
    ['S <sack>', 'bad-segment at `>`: a SACK block expected', 'write `sack 1:1001 2001:3001`'],
    ['S <FO xyz>', 'bad-segment at `xyz`: `xyz` is not a row of bytes in hex', 'two hex digits'],
    ['S <FO abc>', 'bad-segment at `abc`: `abc` is not a row of bytes in hex', 'two hex digits'],
    ['S <md5 0011>', 'bad-segment at `0011`: an MD5 digest has 16 bytes, not 2', 'kind 19'],
    ['S <kind 300>', 'bad-segment at `300`: option kind 300 is out of range 2 to 255', undefined],
    ['S <ECN 5>', 'bad-segment at `5`: `e0b` or `e1b` expected', 'ECN e0b N'],
    ['(ect9) S', 'bad-segment at `ect9`: `ect9` is no part of an IP header', 'did you mean'],
    ['0 > 8080 S', 'bad-segment at `0`: source port 0 is out of range 1 to 65535', undefined],
    ['udp 5', 'bad-segment at `5`: `(` and a length expected', undefined],
    ['icmp', 'bad-segment at ``: an ICMP type expected', 'icmp unreachable port_unreachable'],
    ['icmp unreachabel', 'bad-segment at `unreachabel`: unknown ICMP type', 'did you mean `unreachable`?'],
    [
      'icmp unreachable port_unreachabel',
      'bad-segment at `port_unreachabel`: `port_unreachabel` is no code',
      'did you mean `port_unreachable`?',
    ],
    ['icmp echo_reply [raw (7)]', 'bad-segment at `7`: length of the message 7 is out of range 8 to 65535', undefined],
    ['icmp unreachable [udp 7]', 'bad-segment at `7`: `(` and a length expected', undefined],
    ['encap psp spi 7 S', 'bad-segment at `encap psp spi 7`: packetspec cannot encrypt packets', undefined],
    ['icmp echo_reply foo', 'bad-segment at `foo`: `foo` is no code of ICMP `echo_reply`', 'code_N'],
    [
      'icmp unreachable quoted',
      'bad-segment at ``: the sequence numbers of the quoted segment expected',
      'quoted 1:1001(1000)',
    ],
  ];
  it.each(table)('%s', (text, trouble, hint) => {
    const { made, troubles, hints } = parse(text);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(trouble);
    if (hint === undefined) expect(hints).toEqual([]);
    else expect(hints[0]).toContain(hint);
  });

  const sendOnly: readonly [string, string][] = [
    ['. 1:1(0) ack *', 'acknowledgment number (a number) expected, not `*`'],
    ['. *:*(0)', '`*` makes sense only for what is expected'],
    ['S <mss *>', 'MSS (a number) expected, not `*`'],
    ['S <mss 1460, ...>', '`...` makes sense only for what is expected'],
    ['(ect01) .', '`ect01` (either of the two) makes sense only for what is expected'],
  ];
  it.each(sendOnly)('what can be expected but not sent: %s', (text, message) => {
    expect(parse(text, 'inject').troubles[0]).toContain(message);
    expect(parse(text, 'expect').troubles).toEqual([]);
  });

  it('tells every mistake of a segment, each at its place', () => {
    const { troubles } = parse('S. 0:1(0) akc 1 win 70000 <mss 1460,sackok,foo 1,TS val 1 ecr>');
    expect(troubles.map((trouble) => trouble.slice(0, trouble.indexOf(': ')))).toEqual([
      'bad-segment at `0:1(0)`',
      'bad-segment at `akc`',
      'bad-segment at `70000`',
      'bad-segment at `sackok`',
      'bad-segment at `foo`',
      'bad-segment at `>`',
    ]);
  });

  it('refuses more options than a header has room for', () => {
    const { troubles } = parse('S <nop,nop,sack 1:2 3:4 5:6 7:8, nop,nop,TS val 1 ecr 1>');
    expect(troubles[0]).toContain('these options take 48 bytes; a TCP header has room for 40');
  });
});

describe('flags alone', () => {
  it('reads them, and nothing behind them', () => {
    expect(parseFlagsOnly(snippetAt('R.', 0), { report: () => undefined })).toBe(RST | ACK);
    expect(collect('R. 1', (complaints) => parseFlagsOnly(snippetAt('R. 1', 0), complaints)).troubles[0]).toContain(
      '`1` is left over',
    );
  });
});

it('counts places from where the text stands in its file', () => {
  const file = 'inject: S 0:0(0) wni 5';
  const { troubles } = collect(file, (complaints) => parsePacket(snippetAt(file.slice(8), 8), 'inject', complaints));
  expect(troubles).toEqual(['bad-segment at `wni`: `wni` means nothing here']);
});
