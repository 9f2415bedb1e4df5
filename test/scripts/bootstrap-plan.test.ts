import { describe, expect, test } from 'vitest';
import {
  COMPILER_NEEDS,
  explainBuildFailure,
  lockDifferences,
  needsFor,
  planPackages,
  planSystemPackages,
  satisfiesNode,
} from '../../scripts/bootstrap-plan';

const ROOT_ON_DEBIAN = { root: true, debian: true, emptyLists: false };
const TSHARK = { command: 'tshark', debian: 'tshark', why: 'decodes' };
const SS = { command: 'ss', debian: 'iproute2', why: 'queues' };
const IP = { command: 'ip', debian: 'iproute2', why: 'links' };

describe('satisfiesNode', () => {
  test.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['18.20.4', false],
    ['22.0.0', true],
    ['26.10.0', true],
  ])('Node %s satisfies >=20.19: %s', (running, satisfied) => {
    expect(satisfiesNode(running, '>=20.19')).toBe(satisfied);
  });

  test('refuses a range that it does not understand', () => {
    expect(() => satisfiesNode('20.19.0', '^20')).toThrow('>=MAJOR.MINOR');
  });
});

describe('lockDifferences', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/binary-for-windows': { version: '1.0.0', optional: true },
  };

  test('sees none when the other platforms alone are absent', () => {
    expect(lockDifferences(locked, { 'node_modules/a': { version: '1.0.0' } })).toEqual([]);
  });

  test('names what is missing, what is another version, and what should not be there', () => {
    const installed = {
      'node_modules/binary-for-windows': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0' },
    };
    expect(lockDifferences(locked, installed)).toEqual([
      'node_modules/a is missing',
      'node_modules/binary-for-windows is not 1.0.0',
      'node_modules/b is not in the lock file',
    ]);
  });

  test('says so when nothing is installed', () => {
    expect(lockDifferences(locked, undefined)).toEqual(['node_modules is missing']);
  });
});

describe('planPackages', () => {
  test('installs when the packages differ, whatever else is wrong', () => {
    expect(planPackages(['node_modules is missing'], 'Error: x')).toBe('install');
  });

  test('only rebuilds when the packages fit and the native modules do not load', () => {
    expect(planPackages([], 'Error: compiled against a different Node.js version')).toBe('rebuild');
  });

  test('leaves a good tree alone', () => {
    expect(planPackages([], undefined)).toBe('nothing');
  });
});

describe('planSystemPackages', () => {
  test('has nothing to say or do when nothing is missing', () => {
    expect(planSystemPackages([], ROOT_ON_DEBIAN)).toEqual({ say: [], run: [] });
  });

  test('as root on Debian says what it installs and installs each package once', () => {
    const { say, run } = planSystemPackages([TSHARK, SS, IP], ROOT_ON_DEBIAN);
    expect(say.at(-1)).toBe('installing Debian packages: tshark iproute2');
    expect(run).toEqual([['apt-get', 'install', '-qq', '--yes', '--no-install-recommends', 'tshark', 'iproute2']]);
  });

  test('reads the package lists first only where there are none', () => {
    const { run } = planSystemPackages([SS], { ...ROOT_ON_DEBIAN, emptyLists: true });
    expect(run.map(([, verb]) => verb)).toEqual(['update', 'install']);
  });

  test('without root runs nothing and gives the exact line', () => {
    const { say, run } = planSystemPackages([TSHARK], { ...ROOT_ON_DEBIAN, root: false });
    expect(run).toEqual([]);
    expect(say).toEqual(['missing command: tshark (decodes)', 'to install it, run as root: apt-get install tshark']);
  });

  test('on another distribution runs nothing even as root', () => {
    const { say, run } = planSystemPackages([TSHARK], { ...ROOT_ON_DEBIAN, debian: false });
    expect(run).toEqual([]);
    expect(say.at(-1)).toContain('on Debian: apt-get install tshark');
  });
});

test('a run needs fewer commands than the tests', () => {
  const run = needsFor('run').map(({ command }) => command);
  const all = needsFor('test').map(({ command }) => command);
  expect(run).toEqual(['unshare', 'setpriv', 'python3', 'sysctl', 'nft']);
  expect(all).toEqual([
    ...run,
    'qemu-system-x86_64',
    'xz',
    'ip',
    'ss',
    'ethtool',
    'nstat',
    'sshd',
    'ssh',
    'netstat',
    'nginx',
    'ab',
    'tshark',
    'xmllint',
    'chromium',
    'perl',
  ]);
});

describe('explainBuildFailure', () => {
  test('names the missing compiler and the line that installs all of it', () => {
    const lines = explainBuildFailure({ node: '20.19.0', missing: ['g++', 'make'], headers: true });
    expect(lines.join('\n')).toContain('missing g++, make; as root: apt-get install g++ make python3');
    expect(COMPILER_NEEDS.map(({ debian }) => debian)).toEqual(['g++', 'make', 'python3']);
  });

  test('with a compiler but no headers says where headers come from', () => {
    const lines = explainBuildFailure({ node: '24.1.0', missing: [], headers: false });
    expect(lines.join('\n')).toContain('the headers of Node 24.1.0: not beside its binary');
    expect(lines.join('\n')).toContain('npm_config_nodedir');
  });
});
