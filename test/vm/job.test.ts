import { describe, expect, it } from 'vitest';
import { warmUpTimeline } from '../../src/exec/warm-up';
import { decodeJob, decodeMessages, encodeJob, encodeMessage, type Job } from '../../src/vm/job';

const JOB: Job = {
  timeline: warmUpTimeline('ipv6'),
  workingFolder: '/somewhere/else',
  files: [{ path: '/somewhere/else/a.sh', mode: 0o755, content: Uint8Array.of(0, 255, 10) }],
};

function reader(bytes: Uint8Array): (length: number) => Uint8Array {
  let at = 0;
  return (length) => bytes.subarray(at, (at += length));
}

describe('a job', () => {
  it('comes out as it went in, though what follows it is noise', () => {
    const bytes = Buffer.concat([encodeJob(JOB), Buffer.from('noise')]);
    expect(decodeJob(reader(bytes))).toEqual(JOB);
  });

  it('is the same bytes each time: reading them takes virtual time', () => {
    expect(encodeJob(JOB)).toEqual(encodeJob(JOB));
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
