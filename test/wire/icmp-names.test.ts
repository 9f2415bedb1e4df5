import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameIcmp, resolveIcmp } from '../../src/wire/icmp-names';
import { u8 } from './arbitraries';

describe('resolveIcmp', () => {
  // Numbers from RFC 792, RFC 1812 section 5.2.7.1 and RFC 4443 section 3, not from the table under test.
  it.each([
    [4, 'unreachable', undefined, 3, 0],
    [4, 'unreachable', 'host_unreachable', 3, 1],
    [4, 'unreachable', 'port_unreachable', 3, 3],
    [4, 'unreachable', 'frag_needed', 3, 4],
    [4, 'unreachable', 'packet_filtered', 3, 13],
    [4, 'unreachable', 'precedence_cutoff', 3, 15],
    [4, 'source_quench', undefined, 4, 0],
    [4, 'redirect', 'code_1', 5, 1],
    [4, 'echo_request', undefined, 8, 0],
    [4, 'echo_reply', undefined, 0, 0],
    [4, 'time_exceeded', 'code_1', 11, 1],
    [4, 'parameter_problem', undefined, 12, 0],
    [4, 'address_mask_reply', undefined, 18, 0],
    [4, 'type_3', 'frag_needed', 3, 4],
    [4, 'type_255', 'code_255', 255, 255],
    [6, 'unreachable', 'no_route', 1, 0],
    [6, 'unreachable', 'net_unreachable', 1, 0],
    [6, 'unreachable', 'admin_prohibited', 1, 1],
    [6, 'unreachable', 'address_unreachable', 1, 3],
    [6, 'unreachable', 'port_unreachable', 1, 4],
    [6, 'packet_too_big', undefined, 2, 0],
    [6, 'time_exceeded', 'exceeded_frag_time', 3, 1],
    [6, 'parameter_problem', 'unknown_option', 4, 2],
    [6, 'echo_request', undefined, 128, 0],
    [6, 'echo_reply', undefined, 129, 0],
  ] as const)('IPv%i: %s %s is type %i, code %i', (version, typeWord, codeWord, type, code) => {
    expect(resolveIcmp(version, typeWord, codeWord)).toEqual({ type, code });
  });

  it.each([
    [4, 'unreachabel', undefined, 'unreachabel is no type of ICMP', 'unreachable'],
    [4, 'packet_too_big', undefined, 'packet_too_big is no type of ICMP: it is one of ICMPv6', 'unreachable'],
    [6, 'redirect', undefined, 'redirect is no type of ICMPv6: it is one of ICMP', 'packet_too_big'],
    [4, 'type_256', undefined, 'type_256 is no type of ICMP', 'unreachable'],
    [4, 'unreachable', 'port', 'port is no code of ICMP unreachable', 'port_unreachable'],
    [6, 'unreachable', 'frag_needed', 'it is one of ICMP', 'port_unreachable'],
    [4, 'unreachable', 'code_256', 'code_256 is no code of ICMP unreachable', 'frag_needed'],
  ] as const)('IPv%i: %s %s is refused', (version, typeWord, codeWord, error, candidate) => {
    const resolved = resolveIcmp(version, typeWord, codeWord);
    expect(resolved).toEqual({
      error: expect.stringContaining(error),
      candidates: expect.arrayContaining([candidate]),
    });
  });

  it('a type without names for its codes has no candidates', () => {
    expect(resolveIcmp(4, 'redirect', 'host')).toMatchObject({ candidates: [] });
  });
});

describe('nameIcmp', () => {
  it.each([
    [4, 3, 3, { type: 'unreachable', code: 'port_unreachable' }],
    [4, 3, 77, { type: 'unreachable', code: 'code_77' }],
    [4, 11, 0, { type: 'time_exceeded' }],
    [4, 42, 7, { type: 'type_42', code: 'code_7' }],
    [6, 1, 0, { type: 'unreachable', code: 'no_route' }],
    [6, 2, 0, { type: 'packet_too_big' }],
  ] as const)('IPv%i type %i code %i', (version, type, code, names) => {
    expect(nameIcmp(version, type, code)).toEqual(names);
  });

  it('gives words that resolve to the same numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(4 as const, 6 as const), u8, u8, (version, type, code) => {
        const names = nameIcmp(version, type, code);
        expect(resolveIcmp(version, names.type, names.code)).toEqual({ type, code });
      }),
      { numRuns: 2000 },
    );
  });
});
