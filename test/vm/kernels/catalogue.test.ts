import { describe, expect, it } from 'vitest';
import { compareVersions, KERNELS, newestPackages } from '../../../src/vm/kernels/catalogue';

describe('the newest packages', () => {
  // Names out of Debian's lists, of bullseye-security, trixie and trixie-backports.
  const names = [
    'linux-image-5.10.0-9-cloud-amd64',
    'linux-image-5.10.0-46-cloud-amd64',
    'linux-image-5.10.0-46-cloud-amd64-unsigned',
    'linux-image-5.10.0-47-rt-amd64',
    'linux-image-6.12.90+deb12-cloud-amd64',
    'linux-image-6.12.90+deb12.1-cloud-amd64',
    'linux-image-6.12.9+deb12-cloud-amd64',
    'linux-image-6.12-cloud-amd64',
    'linux-image-7.2.12+deb13-cloud-amd64',
    'linux-binary-7.2.11+deb13-cloud-amd64',
    'linux-binary-7.2.12+deb13-cloud-amd64',
    'linux-binary-7.2.13+deb13-cloud-amd64',
    'linux-modules-7.2.11+deb13-cloud-amd64',
    'linux-modules-7.2.12+deb13-cloud-amd64',
    'linux-modules-7.20.1+deb13-cloud-amd64',
    'linux-binary-7.20.1+deb13-cloud-amd64',
  ];

  it.each([
    ['by number, and of no other flavour', ['linux-image-5.10.0-*-cloud-amd64'], ['linux-image-5.10.0-46-cloud-amd64']],
    ['no metapackage', ['linux-image-6.12.*-cloud-amd64'], ['linux-image-6.12.90+deb12.1-cloud-amd64']],
    [
      'of a release that is there whole',
      ['linux-binary-7.2.*-cloud-amd64', 'linux-modules-7.2.*-cloud-amd64'],
      ['linux-binary-7.2.12+deb13-cloud-amd64', 'linux-modules-7.2.12+deb13-cloud-amd64'],
    ],
    ['none', ['linux-image-6.1.0-*-cloud-amd64'], undefined],
  ] as const)('%s', (_, patterns, packages) => {
    expect(newestPackages(patterns, names)).toEqual(packages);
  });
});

describe('the list of kernels', () => {
  it('has names that are versions, oldest first', () => {
    const versions = KERNELS.map(({ name }) => name);
    for (const name of versions) expect(name).toMatch(/^\d+\.\d+$/);
    expect([...new Set(versions)].sort(compareVersions)).toEqual(versions);
  });

  it('names each release by its packages', () => {
    for (const { name, archive, packages } of KERNELS) {
      expect(['debian', 'debian-security']).toContain(archive);
      for (const pattern of packages) {
        expect(pattern).toContain(`-${name}.`);
        expect(pattern.split('*')).toHaveLength(2);
      }
    }
  });
});
