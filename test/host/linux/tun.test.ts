import { describe, expect, it } from 'vitest';
import { explainOpenFailure } from '../../../src/host/linux/tun';
import { useTestHost } from '../../support/live';

const { open } = useTestHost();

describe('the device', () => {
  it('names the errno of a packet that the device does not take', () => {
    expect(open().inject(Uint8Array.of(0x10, 0, 0, 0)).errno).toBe('EINVAL');
  });
});

describe('a device that cannot be opened', () => {
  it.each([
    [-2, 'no-tun', 'modprobe tun'],
    [-19, 'no-tun', 'modprobe tun'],
    [-13, 'no-permission', 'chmod 0666 /dev/net/tun'],
    [-1, 'no-permission', 'run as root'],
    [-24, 'no-tun', 'cannot be used'],
  ])('is explained for %i', (result, code, hint) => {
    expect(explainOpenFailure(result)).toEqual({ code, hint: expect.stringContaining(hint) });
  });
});
