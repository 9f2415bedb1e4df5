import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { killInhabitants } from '../../../src/host/linux/inhabitants';
import { whileAtHome } from '../../../src/host/linux/namespace';
import { processesWith, untilGone, useTestHost } from '../../support/live';

const { open } = useTestHost();

describe('the inhabitants of a network', () => {
  it('are killed, and nobody else', async () => {
    open();
    spawn('sleep', ['432101'], { detached: true, stdio: 'ignore' }).unref();
    const elsewhere = whileAtHome(() => spawn('sleep', ['432199'], { stdio: 'ignore' }));
    try {
      killInhabitants();
      expect(await untilGone('sleep 432101')).toEqual([]);
      expect(processesWith('sleep 432199')).toHaveLength(1);
    } finally {
      elsewhere.kill('SIGKILL');
    }
  });
});
