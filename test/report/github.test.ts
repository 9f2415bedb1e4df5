import { describe, expect, it } from 'vitest';
import { githubReporter } from '../../src/report/github';
import type { SuiteListener } from '../../src/suite/suite';
import { collecting } from '../support/sinks';
import { PRINTED, tellAll, tellRejected } from './hostile';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/**
 * A workflow command as the documentation of GitHub Actions writes it down, "Workflow commands for GitHub Actions":
 * `::command name1=value1,name2=value2::message`. The message has no line breaks; %25, %0D and %0A stand for the
 * characters that it cannot hold, in values also %3A and %2C.
 */
function readCommand(line: string): Command {
  const [, name = '', list = '', message = ''] = /^::([a-z-]+) ([^:]*)::(.*)$/.exec(line) ?? [];
  const properties = list.split(',').map((one) => {
    const [, key = '', value = ''] = /^([a-zA-Z]+)=(.*)$/.exec(one) ?? [];
    return [key, unescape(value, { '%3A': ':', '%2C': ',' })] as const;
  });
  return { name, properties: Object.fromEntries(properties), message: unescape(message, {}) };
}

function unescape(text: string, more: Readonly<Record<string, string>>): string {
  const known: Readonly<Record<string, string>> = { '%25': '%', '%0D': '\r', '%0A': '\n', ...more };
  return text.replace(/%../g, (escape) => {
    const character = known[escape];
    if (character === undefined) throw new Error(`${escape} is no escape`);
    return character;
  });
}

function commandsOf(tell: (listener: SuiteListener) => void): readonly Command[] {
  const { sink, parts } = collecting();
  tell(githubReporter(sink));
  const lines = parts.join('').split('\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) /);
  return lines.map(readCommand);
}

const KEPT = PRINTED.replaceAll('\t', '\u00b7');

describe('annotations', () => {
  const commands = commandsOf((listener) => tellAll(listener));

  it('there is one for each failed check, and one for each run that did not pass otherwise', () => {
    expect(commands.map(({ name }) => name)).toEqual(['error', 'error', 'error', 'notice', 'error', 'warning']);
  });

  it('stand at the line of the spec', () => {
    expect(commands[1]?.properties).toMatchObject({ file: 'specs/a,b:c.yaml', line: '12', col: '5' });
    expect(commands[4]?.properties).toMatchObject({ file: 'specs/d.yaml', line: '7' });
    expect(Object.keys(commands[3]?.properties ?? {})).toEqual(['file', 'title']);
  });

  it('name the variant and the kernel', () => {
    expect(commands[0]?.properties['title']).toBe(`failed: ${KEPT} [ipv4 on 5.10]`);
    expect(commands[1]?.properties['title']).toContain('[ipv4 on 6.12]');
  });

  it('keep every text, however it looks', () => {
    expect(commands[3]?.message).toBe(KEPT);
    expect(commands[4]?.message).toBe(`${KEPT} [evil]\nhint: ${KEPT}`);
  });

  it('show the segments', () => {
    const message = commands[0]?.message ?? '';
    expect(message).toContain('\nexpected S. 0:0(0) ack 1 <mss 1460>\nobserved R. 0:0(0) ack 1 win 0');
  });

  it('there is one for each mistake in a file', () => {
    expect(commandsOf(tellRejected)).toMatchObject([
      { name: 'error', properties: { file: 'bad\n::warning::.yaml', line: '1', col: '1', title: 'bad-segment' } },
      { name: 'warning', properties: { line: '2' }, message: 'odd' },
    ]);
  });
});
