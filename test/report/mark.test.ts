import { describe, expect, it } from 'vitest';
import { markFields } from '../../src/report/mark';

const SEGMENT = 'S. 0:10(10) ack 1 win 65535 urg 5 <mss 1460,nop,wscale 7>';

/** What stands above the carets. */
function marked(text: string, ...fields: readonly string[]): readonly string[] {
  const carets = markFields(text, fields);
  return [...carets.matchAll(/\^+/g)].map(({ index, 0: run }) => text.slice(index, index + run.length));
}

describe('carets stand under', () => {
  it.each([
    ['flags', 'S.'],
    ['seq', '0'],
    ['length', '(10)'],
    ['ack', 'ack 1'],
    ['win', 'win 65535'],
    ['urg', 'urg 5'],
    ['options', '<mss 1460,nop,wscale 7>'],
  ])('%s: %s', (field, place) => {
    expect(marked(SEGMENT, field)).toEqual([place]);
  });

  it('several fields at once', () => {
    expect(marked(SEGMENT, 'ack', 'flags', 'win')).toEqual(['S.', 'ack 1', 'win 65535']);
  });

  it('nothing that is not written', () => {
    expect(markFields('. 1:1(0)', ['ack', 'options', 'time', 'payload'])).toBe('');
  });

  it('flags behind IP fields, or behind ports', () => {
    expect(marked('[ect0] P. 1:11(10) ack 1', 'flags')).toEqual(['P.']);
    expect(marked('40001 > 8080 P. 1:11(10) ack 1', 'flags')).toEqual(['P.']);
  });

  it.each(['[ect0] P. 1:11(10) ack 1', '[ce] P. 1:11(10) ack 1'])('the ECN of %s', (text) => {
    expect(marked(text, 'ecn')).toEqual([text.slice(1, text.indexOf(']'))]);
  });

  it.each([
    ['tos', 'tos 0x10'],
    ['ttl', 'ttl 64'],
    ['flowlabel', 'flowlabel 0x1f'],
    ['id', 'id 7'],
  ])('%s of an IP pattern', (field, place) => {
    expect(marked('[tos 0x10, flowlabel 0x1f, ttl 64, id 7] P. 1:11(10)', field)).toEqual([place]);
  });

  it('the fields of an ICMP message', () => {
    const text = 'icmp unreachable frag_needed mtu 1200 [1:1(0)]';
    expect(marked(text, 'type')).toEqual(['icmp unreachable']);
    expect(marked(text, 'code', 'mtu')).toEqual(['frag_needed', 'mtu 1200']);
  });
});
