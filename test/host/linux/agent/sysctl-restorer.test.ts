import { describe, expect, it } from 'vitest';
import { SysctlRestorer } from '../../../../src/host/linux/agent/sysctl-restorer';
import { listSysctls, Sysctls } from '../../../../src/host/linux/sysctl';
import { output, refusal, useTestHost } from '../../../support/live';

const { open } = useTestHost();

const RETRIES = 'net.ipv4.tcp_synack_retries';
/** Three numbers. */
const MEMORY = 'net.ipv4.tcp_rmem';

function valueOf(name: string): string {
  return output('sysctl', ['-n', name]).trim();
}

describe('sysctls that others use too', () => {
  it('have their first value again, however often they were set', () => {
    open();
    const [retries, memory] = [valueOf(RETRIES), valueOf(MEMORY)];
    const restorer = new SysctlRestorer(new Sysctls(listSysctls()));
    restorer.set(RETRIES, '1');
    restorer.set(MEMORY, '4096 8192 16384');
    restorer.set(RETRIES, '2');
    expect([valueOf(RETRIES), valueOf(MEMORY)]).toEqual(['2', '4096\t8192\t16384']);
    restorer.restore();
    expect([valueOf(RETRIES), valueOf(MEMORY)]).toEqual([retries, memory]);
  });

  it('can be set again after that', () => {
    open();
    const retries = valueOf(RETRIES);
    const restorer = new SysctlRestorer(new Sysctls(listSysctls()));
    for (const value of ['1', '2']) {
      restorer.set(RETRIES, value);
      expect(valueOf(RETRIES)).toBe(value);
      restorer.restore();
      expect(valueOf(RETRIES)).toBe(retries);
    }
  });

  it('that the kernel does not know, or does not take, are errors', () => {
    open();
    const restorer = new SysctlRestorer(new Sysctls(listSysctls()));
    expect(refusal(() => restorer.set('net.ipv4.tcp_nothing', '1')).code).toBe('unknown-sysctl');
    expect(refusal(() => restorer.set(RETRIES, 'many')).code).toBe('refused-sysctl');
    restorer.restore();
  });
});
