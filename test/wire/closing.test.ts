import { describe, expect, it } from 'vitest';
import { closingReset } from '../../src/wire/closing';
import { flagBits, liveSegment, seg } from '../support/builders';

describe('the reset at the end of a script', () => {
  const reset = { kind: 'tcp', flags: flagBits('R.'), length: 0 };

  it('stands right behind what was injected last, SYN and FIN counted', () => {
    const injected = liveSegment(seg('FP.', { seq: 101, length: 10, ack: 7, window: 50 }));
    expect(closingReset({ injected, seen: undefined })).toEqual({ ...reset, seq: 112, ack: 7, window: 50 });
  });

  it('stands where the kernel expects something when nothing was acknowledged to it', () => {
    const injected = liveSegment(seg('S', { seq: 100, length: 0 }));
    const seen = liveSegment(seg('S.', { seq: 5000, length: 0, ack: 101 }));
    expect(closingReset({ injected, seen })).toEqual({ ...reset, seq: 101, ack: 5000, window: 0 });
  });

  it('answers a SYN that nothing has answered', () => {
    const seen = liveSegment(seg('S', { seq: 0xffff_ffff, length: 0 }));
    expect(closingReset({ injected: undefined, seen })).toEqual({ ...reset, seq: 0, ack: 0, window: 0 });
  });

  it('is none where nothing has happened', () => {
    expect(closingReset({ injected: undefined, seen: undefined })).toBeUndefined();
  });
});
