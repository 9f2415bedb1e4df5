import { expect, it } from 'vitest';
import { parseText } from '../support';

const networkOf = (head: string) => parseText(`name: x\n${head}steps: [wait: 1ms]\n`).specs[0]?.network;

it('the network is the default one but for what is written', () => {
  expect(networkOf('')).toEqual({});
  expect(networkOf('mtu: 1400\nsuper_segments: true\n')).toEqual({ mtu: 1400, superSegments: true });
  expect(networkOf('super_segments: false\n')).toEqual({ superSegments: false });
  expect(networkOf('link: raw-lo\n')).toEqual({ link: 'raw-lo' });
});

it('super-segments are there or not', () => {
  const text = 'name: x\nsuper_segments: 5\nsteps: [wait: 1ms]\n';
  expect(parseText(text).diagnostics).toMatchObject([{ code: 'wrong-type' }]);
});
