/** What is read without a shell is what a shell reads: each script is given to /bin/sh and to bash too. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainScript, sysctlSettings } from '../../../src/host/linux/plain-script';
import { temporaryFolder } from '../../support/live';

/** Functions of the shell stand for the programs, and say what they were called with. */
const TELL = ['sysctl', 'ip', 'tc', 'ethtool']
  .map((name) => `${name}() { printf '<%s>' ${name} "$@"; echo; printf '.' >&2; }`)
  .join('\n');

/** A program that is called by its path. */
const CALLED = './tell';
writeFileSync(join(temporaryFolder, CALLED), `#!/bin/sh\nprintf '<%s>' ${CALLED} "$@"; echo; printf '.' >&2\n`, {
  mode: 0o755,
});

function asShell(shell: string, script: string): readonly string[] {
  const text = execFileSync(shell, ['-c', `${TELL}\n${script}\n`], {
    cwd: temporaryFolder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text.split('\n').filter((line) => line !== '');
}

function asData(script: string): readonly string[] | undefined {
  return readPlainScript(script)
    ?.filter(({ isSilent }) => !isSilent)
    .map(({ words }) => words.map((word) => `<${word}>`).join(''));
}

const NUMBER = fc.integer({ min: 1, max: 99_999 }).map(String);
const BARE = fc.stringMatching(/^[A-Za-z0-9_./:=,@%+-]{1,8}$/);
const PIECE = fc.oneof(
  BARE,
  fc.stringMatching(/^[A-Za-z0-9 ._*;&|$<>()-]{0,6}$/).map((text) => `'${text}'`),
  fc.stringMatching(/^[A-Za-z0-9 ._*;&|<>()-]{0,6}$/).map((text) => `"${text}"`),
  fc.tuple(NUMBER, NUMBER).map(([left, right]) => `$((${left} * ${right}))`),
  fc.tuple(BARE, NUMBER).map(([before, factor]) => `"${before} $((${factor}*1024)) x"`),
);
const WORD = fc.array(PIECE, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
const LINE = fc
  .record({
    indent: fc.constantFrom('', '  ', '\t'),
    program: fc.constantFrom('sysctl', 'ip', 'tc', 'ethtool', CALLED),
    words: fc.array(WORD, { maxLength: 4 }),
    end: fc.constantFrom('', '  ', ' > /dev/null 2>&1', ' >/dev/null 2>&1 ', ' # of `this`'),
  })
  .map(({ indent, program, words, end }) => `${indent}${[program, ...words].join(' ')}${end}`);
const SCRIPT = fc.array(fc.oneof(LINE, fc.constantFrom('', '# a comment; `date`', '  # another')), { maxLength: 4 });

describe('a plain script', () => {
  it.each(['/bin/sh', '/bin/bash'])('has the words that %s reads', (shell) => {
    fc.assert(
      fc.property(SCRIPT, (lines) => {
        const script = lines.join('\n');
        expect(asData(script)).toEqual(asShell(shell, script));
      }),
      { numRuns: 150 },
    );
  });

  it('of whatever text is read as a shell does, or left to it', () => {
    const text = fc.stringMatching(/^(?:sysctl|ip|tc|\.\/tell) [-a-z =.'"$()#\\*~1-9]{0,14}$/);
    fc.assert(
      fc.property(text, (script) => {
        const words = asData(script);
        fc.pre(words !== undefined);
        expect(words).toEqual(asShell('/bin/sh', script));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'echo a',
    'sysctl -q a=1; sysctl -q b=2',
    'sysctl -q a=1 && true',
    'sysctl -q a=$HOME',
    'sysctl -q "a=$(date)"',
    'sysctl -q a=`date`',
    'sysctl -q a=1 | cat',
    'sysctl -q a=1 &',
    'sysctl -q a=1 > file',
    'sysctl -q a=1 2>&1',
    'sysctl -q a=* # what is there',
    'sysctl -q ~/a',
    'sysctl -q a=1 \\',
    "sysctl -q 'a",
    'sysctl -q a=$((1 + 1))',
    'sysctl -q a=$((010 * 2))',
    'sysctl -q a=$((99999999999 * 99999999999))',
    'A=1 sysctl -q a=1',
    'A=./tell sysctl -q a=1',
    '~/tell a',
    'sysctl -q a=1 > /dev/null 2>&1 # a comment',
    'if true',
    'set -e',
    '(sysctl -q a=1)',
  ])('does not have %s', (line) => {
    expect(readPlainScript(`sysctl -q a=1\n${line}\n`)).toBeUndefined();
  });

  it.each<readonly [readonly string[], unknown]>([
    [['sysctl', '-q', 'net.ipv4.tcp_rmem=4096 5 6'], [{ name: 'net.ipv4.tcp_rmem', value: '4096 5 6' }]],
    [
      ['sysctl', '-q', 'net.a=1', 'net.b.c='],
      [
        { name: 'net.a', value: '1' },
        { name: 'net.b.c', value: '' },
      ],
    ],
    [['sysctl', '-q', 'kernel.a=1'], undefined],
    [['sysctl', '-q', 'net/ipv4/a=1'], undefined],
    [['sysctl', '-q', 'net..a=1'], undefined],
    [['sysctl', '-qw', 'net.a=1'], undefined],
    [['sysctl', 'net.a=1'], undefined],
    [['sysctl', '-q', 'net.a'], undefined],
    [['sysctl', '-q'], undefined],
    [['ip', '-q', 'net.a=1'], undefined],
  ])('%j sets %j', (words, settings) => {
    expect(sysctlSettings(words)).toEqual(settings);
  });
});
