/** The real command on a terminal of its own, which script(1) makes: what is drawn there, and what is not elsewhere. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { follow, packetspec } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

const PROGRAM = join(ROOT, 'bin/packetspec.js');
const ERASE = '\r\u001b[K';

const SPEC = `name: A wait, and an unanswered expectation
ip: ipv4
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 1000 <mss 1000>
  - expect: S. 0:0(0) ack 1 <mss 1459>
    within: 1500ms
`;

describe('on a terminal', () => {
  const spec = join(temporaryFolder, 'terminal/wait.yaml');

  beforeAll(() => {
    requireKernel();
    mkdirSync(join(temporaryFolder, 'terminal'), { recursive: true });
    writeFileSync(spec, SPEC.replace('  - inject', '  - wait: 1200ms\n  - inject'));
  });

  /** What the terminal got. */
  async function shown(columns: number, command: string): Promise<string> {
    const line = `stty cols ${columns}; ${command}`;
    const { stdout } = await follow('script', ['-qec', line, '/dev/null'], { cwd: ROOT }).ended;
    return stdout.replaceAll('\r\n', '\n');
  }

  const RUN = `'${process.execPath}' '${PROGRAM}' run '${spec}'`;

  it('a status line is drawn while runs go on, and is gone at the end', async () => {
    const text = await shown(70, RUN);
    expect(text).toContain(`${ERASE}0/1 runs, `);
    const drawn = text
      .split(ERASE)
      .slice(1)
      .map((part) => part.split('\n')[0] ?? '');
    for (const line of drawn.filter((one) => one.startsWith('0/1'))) expect(line.length).toBeLessThan(70);
    const end = text.slice(text.lastIndexOf(ERASE) + ERASE.length);
    expect(end).toMatch(/1 failed/);
    expect(end).not.toContain('0/1 runs');
  });

  it.each([60, 66, 100])('the ladder keeps to %i columns', async (columns) => {
    const text = await shown(columns, `NO_COLOR=1 ${RUN}`);
    const ladder = text.split('\n').filter((line) => /\|[<-]-+[>-]\||differs|\[stray/.test(line));
    expect(ladder.length).toBeGreaterThanOrEqual(3);
    for (const line of ladder) expect(line.length, line).toBeLessThanOrEqual(columns);
  });

  it('nothing is drawn where there is none', async () => {
    const { stdout, stderr } = await packetspec(['run', spec]);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('0/1 runs');
  });

  it('standard output may go elsewhere: the line is drawn on what remains', async () => {
    const file = join(temporaryFolder, 'terminal/out');
    const text = await shown(70, `${RUN} > '${file}'`);
    expect(text).toContain('0/1 runs');
    expect(text.endsWith(ERASE)).toBe(true);
  });
});
