import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import { warmUpTimeline } from '../../src/exec/warm-up';
import { planSuite } from '../../src/suite/plan';
import {
  decodeJob,
  decodeMessages,
  encodeJob,
  encodeMessage,
  FrameReader,
  type FromGuest,
  type Job,
  type SideFile,
  unpackJob,
  unpackMessage,
  wholeTrace,
} from '../../src/vm/job';
import type { Timeline } from '../../src/timeline/timeline';
import { FakeHost } from '../support/fake-host';
import { ROOT } from '../support/live';
import { shippedSpecs } from '../support/shipped';

const JOB: Job = {
  timeline: warmUpTimeline('ipv6'),
  workingFolder: '/somewhere/else',
  files: [{ path: '/somewhere/else/a.sh', mode: 0o755, content: Uint8Array.of(0, 255, 10) }],
};

function reader(bytes: Uint8Array): (length: number) => Uint8Array {
  let at = 0;
  return (length) => bytes.subarray(at, (at += length));
}

const LARGE_JOB: Job = { ...JOB, files: [{ path: '/a/large/one', mode: 0o644, content: Buffer.alloc(1_000_000) }] };

describe('a job', () => {
  it.each([
    ['small', JOB],
    ['large', LARGE_JOB],
  ])('that is %s comes out as it went in, though what follows it is noise', (_, job) => {
    const bytes = Buffer.concat([encodeJob(job), Buffer.from('noise')]);
    expect(decodeJob(reader(bytes))).toEqual(job);
  });

  it('that is large is packed', () => {
    expect(encodeJob(LARGE_JOB).length).toBeLessThan(100_000);
  });

  it('is the same bytes each time: reading them takes virtual time', () => {
    expect(encodeJob(JOB)).toEqual(encodeJob(JOB));
  });
});

describe('the bytes of a job', () => {
  function bytesWith(file: SideFile): Uint8Array {
    return encodeJob({ ...JOB, files: [file] });
  }

  function fileOf(mode: number): SideFile {
    return { path: '/a', mode, content: Uint8Array.of(1) };
  }

  it('are the same where objects of its shape have had fractions: runs behind other specs had other nanoseconds', () => {
    const before = bytesWith(fileOf(1));
    const fraction = fileOf(0.5);
    expect(bytesWith(fraction)).not.toEqual(before);
    expect(bytesWith(fileOf(1))).toEqual(before);
  });

  it('are the same where text was cut out of text with other characters', () => {
    const [path, cut] = ['/a/path/that/is/plain', '\u2192/a/path/that/is/plain'.slice(1)];
    expect(bytesWith({ ...fileOf(1), path: cut })).toEqual(bytesWith({ ...fileOf(1), path }));
  });

  it('have every shipped spec as it was compiled', () => {
    const files = shippedSpecs().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
    const pkt = { defines: new Map(), options: new Map(), gate: true };
    const { runs, rejected } = planSuite(files, { set: new Map(), maxCombinations: 100, pkt });
    expect(rejected).toEqual([]);
    expect(runs.length).toBeGreaterThan(100);
    for (const { timeline } of runs)
      expect(decodeJob(reader(encodeJob({ ...JOB, timeline }))).timeline).toEqual(timeline);
  });
});

describe('messages', () => {
  const ready = encodeMessage({ kind: 'ready' });
  const crashed = encodeMessage({ kind: 'crashed', stack: 'Error: no' });

  it('come out whole, one after the other', () => {
    expect(decodeMessages(Buffer.concat([ready, crashed]))).toEqual([
      { kind: 'ready' },
      { kind: 'crashed', stack: 'Error: no' },
    ]);
  });

  it('that are cut off are not there yet', () => {
    for (let cut = 1; cut < crashed.length; cut++) {
      expect(decodeMessages(Buffer.concat([ready, crashed.subarray(0, cut)]))).toEqual([{ kind: 'ready' }]);
    }
  });
});

describe('the trace in an answer', () => {
  it('is whole again with the timeline of the job, as far as it counts on the kernel of the answer', async () => {
    const timeline: Timeline = {
      ...JOB.timeline,
      steps: JOB.timeline.steps.map((step, index) =>
        index === 0 ? { ...step, kernel: [{ operator: '<', major: 5, minor: 0 }] } : step,
      ),
    };
    const { trace } = await execute(timeline, new FakeHost({ facts: { kernel: '6.12.0' } }));
    const [answer] = decodeMessages(encodeMessage({ kind: 'finished', trace }));
    if (answer?.kind !== 'finished') throw new Error('no answer');
    expect(answer.trace).not.toHaveProperty('timeline');
    expect(wholeTrace(answer.trace, timeline)).toEqual(trace);
    expect(trace.timeline.steps).toHaveLength(timeline.steps.length - 1);
  });
});

describe('a stream of frames', () => {
  const said: readonly FromGuest[] = [
    { kind: 'ready' },
    { kind: 'crashed', stack: 'x'.repeat(1000) },
    { kind: 'crashed', stack: '' },
  ];
  const stream = Buffer.concat(said.map(encodeMessage));

  it.each([1, 2, 3, 5, 64, 4096])('comes out whole from pieces of %i bytes', (size) => {
    const reader = new FrameReader();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) frames.push(...reader.take(stream.subarray(at, at + size)));
    expect(frames.map(unpackMessage)).toEqual(said);
  });

  it('holds jobs as well', () => {
    const [job] = new FrameReader().take(encodeJob(JOB));
    expect(unpackJob(job ?? new Uint8Array())).toEqual(JOB);
  });
});
