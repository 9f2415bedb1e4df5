import { expect, it } from 'vitest';
import { wantedModules } from '../../../src/vm/kernels/wanted-modules';

it('wanted are what the harness needs, what specs ask for, and every congestion control', () => {
  const wanted = wantedModules(['tcp_vegas', 'nfs', 'tcp_bbr', 'tcp_diag', 'tun']);
  expect(wanted.slice(-2)).toEqual(['tcp_bbr', 'tcp_vegas']);
  for (const name of ['tun', 'tcp_diag', 'sch_fq', 'tls']) expect(wanted.filter((one) => one === name)).toHaveLength(1);
  expect(wanted).not.toContain('nfs');
});
