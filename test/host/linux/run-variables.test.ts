import { describe, expect, it } from 'vitest';
import { runVariables } from '../../../src/host/linux/run-variables';
import { IPV4, IPV6 } from '../../support/segments';

describe('what servers and commands of a run find in their environment', () => {
  it.each([IPV4, IPV6])('has the local address $localAddress in the form of a URL', (network) => {
    const { hostname, port } = new URL(`http://${runVariables(network).PACKETSPEC_HOST}:8080/`);
    expect(hostname.replace(/^\[|\]$/g, '')).toBe(network.localAddress);
    expect(port).toBe('8080');
  });
});
