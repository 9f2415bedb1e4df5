import { describe, expect, it } from 'vitest';
import { outlineArguments, parse } from './call-support';

/** The third argument of fcntl(), which is any number. */
function number(text: string): string {
  return outlineArguments(`fcntl(app, F_SETFL, ${text}) = 0`).replace(/^.*F_SETFL\]\},(.*)\]$/, '$1');
}

describe('numbers and constants', () => {
  it.each([
    ['-1', '{integer,value:-1}'],
    // A leading zero does not make it octal, in packetdrill either.
    ['010', '{integer,value:10}'],
    ['0xffffffff', '{integer,value:4294967295}'],
    ['O_RDWR|O_NONBLOCK', '{symbols,names:[O_RDWR,O_NONBLOCK]}'],
    ['O_RDWR | O_NONBLOCK', '{symbols,names:[O_RDWR,O_NONBLOCK]}'],
    ['O_RDWR\n  |O_NONBLOCK', '{symbols,names:[O_RDWR,O_NONBLOCK]}'],
    ['2|0x800', '{integer,value:2050}'],
    ['O_RDWR|0x800', '{integer,value:2050}'],
    // The bytes 1f 90 (8080) as a little-endian number.
    ['htons(8080)', '{integer,value:36895}'],
  ])('%s', (text, expected) => {
    expect(number(text)).toBe(expected);
  });

  it.each([
    ['O_RDWR|O_NONBLOK|1', 'unknown constant `O_NONBLOK`'],
    ['O_RDWR|', 'a constant after `|` expected, not `)`'],
    ['4294967296', '4294967296 does not fit in 32 bits'],
    ['-2147483649', '-2147483649 does not fit in 32 bits'],
    ['99999999999999999999', '99999999999999999999 is too large'],
    ['1|99999999999999999999', '99999999999999999999 is too large'],
    ['htons(70000)', 'the port 70000 is out of range 0 to 65535'],
    ['htons(80 90)', '`)` after the port expected'],
    ['lots|1', 'unknown constant `lots`'],
  ])('%s is none', (text, trouble) => {
    expect(number(text)).toContain(trouble);
  });
});

describe('addresses', () => {
  const option = (text: string) => outlineArguments(`setsockopt(app, SOL_IP, IP_TOS, ${text}, 4) = 0`);

  // 192.0.2.1 is c0 00 02 01: 0x010200c0 on a little-endian machine.
  it('inet_addr() is a number', () => {
    expect(option('[inet_addr("192.0.2.1")]')).toContain('[{integer,value:16908480}]');
  });

  it('inet6_addr() are sixteen bytes', () => {
    const { made } = parse('setsockopt(app, SOL_IPV6, IPV6_TCLASS, inet6_addr("2001:db8::1"), 16) = 0');
    expect(made?.args[3]).toMatchObject({ bytes: Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 1]) });
  });

  it.each([
    ['[inet_addr("192.0.2")]', '`192.0.2` is not an IP address'],
    ['inet6_addr("192.0.2.1")', '`192.0.2.1` is not an IPv6 address'],
    ['[inet_addr(192)]', 'an IP address in quotes expected'],
    ['[inet_addr("192.0.2.1"]', '`)` after the address expected'],
    ['[inet_addr("192.0.2.1)]', 'this string has no end'],
  ])('%s is none', (text, trouble) => {
    expect(option(text)).toContain(trouble);
  });

  it('a whole socket address is read, and taken by no call', () => {
    const address = '{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")}';
    expect(outlineArguments(`connect(app, ${address}, ...) = 0`)).toContain('the address of `connect` is `...`');
    const six = '{sa_family=AF_INET6, sin_port=htons(80), sin_addr=inet_addr("::1")}';
    expect(outlineArguments(`connect(app, ${six}, ...) = 0`)).toContain('the address of `connect` is `...`');
  });
});

describe('strings', () => {
  const written = (text: string, dialect: 'yaml' | 'packetdrill') =>
    outlineArguments(`open(${text}, O_RDONLY) = ${dialect === 'yaml' ? 'file' : '5'}`, dialect);

  it('stand side by side, on several lines', () => {
    expect(written('"/tmp" "/\\x41"\n  "b"', 'yaml')).toContain('{string,bytes:/tmp/Ab}');
  });

  it('are shown cut by packetdrill, which changes nothing', () => {
    expect(written('"abc"...', 'packetdrill')).toContain('{string,bytes:abc}');
    expect(written('"abc"...', 'yaml')).toContain('expected, not `...`');
  });
});

it('NULL is an argument of its own', () => {
  expect(outlineArguments('write(app, NULL, 10) = -1 EFAULT')).toBe('[{socket,name:app},{null},{integer,value:10}]');
  expect(number('NULL')).toContain('the argument of `fcntl` is a number or constants');
});
