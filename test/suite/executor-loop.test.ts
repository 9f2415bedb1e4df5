import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host';
import { serveRuns } from '../../src/suite/executor-loop';
import type { FromExecutor, ToExecutor } from '../../src/suite/protocol';
import { inject, seg, timelineOf } from '../support/builders';
import { FakeHost } from '../support/fake-host';

function serving(host: FakeHost): { said: FromExecutor[]; say: (message: ToExecutor) => void } {
  const said: FromExecutor[] = [];
  let listener: (message: ToExecutor) => void = () => undefined;
  serveRuns(host, { send: (message) => said.push(message), onMessage: (given) => (listener = given) });
  return { said, say: (message) => listener(message) };
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
}

const RUN: ToExecutor = { kind: 'run', timeline: timelineOf([inject(seg('S'))]) };

describe('the executor', () => {
  it('says at once what it is', () => {
    expect(serving(new FakeHost()).said).toEqual([
      {
        kind: 'ready',
        facts: { kernel: '6.18.0-fake', architecture: 'x86_64', rootless: false, tickNs: 4_000_000, time: 'real' },
      },
    ]);
  });

  it('answers each run with a trace, in a network of its own, and closes it', async () => {
    const host = new FakeHost();
    const { said, say } = serving(host);
    say(RUN);
    say(RUN);
    await settled();
    expect(said.slice(1).map(({ kind }) => kind)).toEqual(['finished', 'finished']);
    const [, ...served] = host.runs;
    expect(served.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  it('takes its first steps in a run that nobody wants, before the first that counts', async () => {
    const host = new FakeHost();
    serving(host);
    await settled();
    expect(host.runs.map(({ closed }) => closed)).toEqual([1]);
  });

  it('a failing environment is a trace, too, and the next run is served', async () => {
    const { said, say } = serving(new FakeHost({ failing: ['inject', new HostError('system-call', 'no')] }));
    say(RUN);
    say(RUN);
    await settled();
    expect(said.slice(1)).toMatchObject([
      { kind: 'finished', trace: { end: { kind: 'host-error' } } },
      { kind: 'finished', trace: { end: { kind: 'host-error' } } },
    ]);
  });

  it('a defect is told with its stack', async () => {
    const host = new FakeHost();
    host.openRun = () => {
      throw new TypeError('a defect');
    };
    const { said, say } = serving(host);
    say(RUN);
    await settled();
    expect(said[1]).toMatchObject({
      kind: 'crashed',
      stack: expect.stringMatching(/TypeError: a defect\n\s+at /) as string,
    });
  });
});
