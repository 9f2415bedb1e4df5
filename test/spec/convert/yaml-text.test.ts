import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlBlock, yamlText } from '../../../src/spec/convert/yaml-text';

describe('a text on one line', () => {
  it.each([
    'S 0:0(0) win 64240 <mss 1460>',
    '. 1:1(0) ack 1 <>',
    '- 0:0(0) <nop> # none',
    '(ect0) . 1:1(0)',
    'ipv4 192.0.2.1 > 192.0.2.2: S 0:0(0)',
    'name: value',
    'ends with a colon:',
    'true',
    'NULL',
    '"quoted" \\ text',
    '*',
    '> folded',
    'a\tb',
    'ümlaut, \u0085 and \ue000',
    '`date`',
    '@5',
  ])('is what YAML reads back: %j', (text) => {
    expect(parse(`key: ${yamlText(text)}\n`)).toEqual({ key: text });
  });

  it('has quotes only where they are needed', () => {
    expect(yamlText('S 0:0(0) win 5 <mss 1460>')).toBe('S 0:0(0) win 5 <mss 1460>');
    expect(yamlText('+10ms')).toBe('+10ms');
  });

  it('is no template', () => {
    expect(yamlText('echo ${HOME}')).toBe('echo $${HOME}');
  });
});

describe('a block of text', () => {
  it.each(['one', 'one\n two\n\n  three', 'a: b # c\n- d', 'tab\tinside'])('is what YAML reads back: %j', (text) => {
    expect(parse(`key: |\n${(yamlBlock(text, '  ') ?? []).join('\n')}\n`)).toEqual({ key: `${text}\n` });
  });

  it.each([' a first blank', 'a bell \u0007', 'carriage\rreturn'])('cannot hold %j', (text) => {
    expect(yamlBlock(text, '  ')).toBeUndefined();
  });
});
