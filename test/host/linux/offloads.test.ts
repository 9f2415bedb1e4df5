import { describe, expect, it } from 'vitest';
import { DEVICE } from '../../../src/host/linux/link';
import { switchOffloadsOff } from '../../../src/host/linux/offloads';
import { output, refusal, useTestHost } from '../../support/live';
import { IPV4 } from '../../support/segments';

const { open } = useTestHost();

/** As ethtool(8) calls what we switch off. */
const FEATURES = [
  'rx-checksumming',
  'tx-checksumming',
  'scatter-gather',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'generic-segmentation-offload',
  'generic-receive-offload',
] as const;

function featuresOn(): readonly string[] {
  const shown = output('ethtool', ['-k', DEVICE]);
  return FEATURES.filter((name) => new RegExp(`^\\s*${name}: on`, 'm').test(shown));
}

describe('the offloads of an Ethernet card', () => {
  it('are on, and all off when they are switched off', () => {
    open({ ...IPV4, link: 'raw', superSegments: true });
    expect(featuresOn()).toContain('tx-tcp-segmentation');
    switchOffloadsOff(DEVICE);
    expect(featuresOn()).toEqual([]);
  });

  it('of a device that is not there are an error that names the command', () => {
    open(IPV4);
    expect(refusal(() => switchOffloadsOff('nothing0')).message).toBe('ethtool -K nothing0 gro off: ENODEV');
  });
});
