import { describe, expect, it } from 'vitest';
import { warmUpTimeline } from '../../src/exec/warm-up';
import { commandsOf, startsPrograms } from '../../src/timeline/commands';
import type { Timeline } from '../../src/timeline/timeline';

const PLACE = { line: 1, column: 1, text: '' };
const NOTHING = warmUpTimeline('ipv4');
const SCRIPT = {
  scaledEchoes: false,
  toleratesPackets: false,
  interpreter: 'python3',
  needsInterpreter: false,
  gated: false,
};
const command = (text: string) => ({ text, place: PLACE });

function withStep(text: string): Timeline {
  const [first] = NOTHING.steps;
  if (first === undefined) throw new Error('a warm-up has steps');
  return { ...NOTHING, steps: [{ ...first, action: { kind: 'command', command: command(text) } }] };
}

describe('the commands of a timeline', () => {
  it('are those around its steps, and its steps', () => {
    const timeline = {
      ...withStep('inside'),
      script: { ...SCRIPT, init: command('before'), cleanup: command('behind') },
    };
    expect(commandsOf(timeline).map(({ text }) => text)).toEqual(['before', 'behind', 'inside']);
    expect(commandsOf(NOTHING)).toEqual([]);
  });
});

describe('programs are started', () => {
  it.each<readonly [string, Timeline, boolean]>([
    ['by none', NOTHING, false],
    ['by a script of system calls', { ...NOTHING, script: SCRIPT }, false],
    ['by an init command', { ...NOTHING, script: { ...SCRIPT, init: command('true') } }, true],
    ['by a cleanup command', { ...NOTHING, script: { ...SCRIPT, cleanup: command('true') } }, true],
    ['by a step', withStep('true'), true],
    ['by code blocks for Python', { ...NOTHING, script: { ...SCRIPT, needsInterpreter: true } }, true],
    [
      'by a server',
      { ...NOTHING, server: { command: 'nc -l 8080', port: 8080, readyWithinNs: 1, place: PLACE } },
      true,
    ],
  ])('%s', (_, timeline, starts) => {
    expect(startsPrograms(timeline)).toBe(starts);
  });
});
