'use strict';

/**
 * What a machine lacks for a purpose, and what to do about it: pure decisions, no file and no process touched.
 * `bootstrap.js` looks at the machine, asks here, and acts.
 *
 * @typedef {'run' | 'test'} Purpose
 *
 * @typedef {object} Need one command that must be on the PATH
 * @property {string} command
 * @property {string} debian the Debian package that holds it
 * @property {Purpose[]} purposes
 * @property {string} why
 *
 * @typedef {object} Machine
 * @property {boolean} root whether this process may install system packages
 * @property {boolean} debian whether apt-get is the way to install them
 * @property {boolean} emptyLists whether apt has never read its package lists
 *
 * @typedef {object} SystemPlan
 * @property {string[]} say lines for the user, in order
 * @property {string[][]} run commands to run, in order
 *
 * @typedef {Record<string, { version?: string, optional?: boolean, link?: boolean }>} LockedPackages
 */

/** @type {Need[]} */
const NEEDS = [
  { command: 'unshare', debian: 'util-linux', purposes: ['run', 'test'], why: 'runs without root' },
  { command: 'setpriv', debian: 'util-linux', purposes: ['run', 'test'], why: 'runs as an ordinary user' },
  { command: 'python3', debian: 'python3', purposes: ['run', 'test'], why: 'specs with a real server process' },
  { command: 'sysctl', debian: 'procps', purposes: ['run', 'test'], why: 'scripts that set sysctls' },
  { command: 'nft', debian: 'nftables', purposes: ['run', 'test'], why: 'specs with packet filters' },
  { command: 'qemu-system-x86_64', debian: 'qemu-system-x86', purposes: ['test'], why: 'specs on other kernels' },
  { command: 'xz', debian: 'xz-utils', purposes: ['test'], why: 'unpacking kernels' },
  { command: 'ip', debian: 'iproute2', purposes: ['test'], why: 'tests that look at a namespace from outside' },
  { command: 'ss', debian: 'iproute2', purposes: ['test'], why: 'tests that compare the queues with those of ss' },
  { command: 'ethtool', debian: 'ethtool', purposes: ['test'], why: 'tests that look at devices from outside' },
  { command: 'nstat', debian: 'iproute2', purposes: ['test'], why: 'tests that compare counters with those of nstat' },
  { command: 'sshd', debian: 'openssh-server', purposes: ['test'], why: 'tests of an agent on another host' },
  { command: 'ssh', debian: 'openssh-client', purposes: ['test'], why: 'tests of an agent on another host' },
  { command: 'netstat', debian: 'net-tools', purposes: ['test'], why: 'tests that compare counters with its own' },
  { command: 'nginx', debian: 'nginx-light', purposes: ['test'], why: 'specs with nginx as the server' },
  { command: 'ab', debian: 'apache2-utils', purposes: ['test'], why: 'specs with the load of ApacheBench' },
  { command: 'tshark', debian: 'tshark', purposes: ['test'], why: 'tests that have packets decoded independently' },
  { command: 'xmllint', debian: 'libxml2-utils', purposes: ['test'], why: 'tests that have JUnit reports validated' },
  { command: 'chromium', debian: 'chromium', purposes: ['test'], why: 'tests that open HTML reports' },
  { command: 'perl', debian: 'perl', purposes: ['test'], why: 'tests that have TAP reports parsed independently' },
];

/** What node-gyp needs to compile raw-socket, the one dependency without ready binaries. */
const COMPILER_NEEDS = [
  { command: 'g++', debian: 'g++', why: 'compiles raw-socket' },
  { command: 'make', debian: 'make', why: 'compiles raw-socket' },
  { command: 'python3', debian: 'python3', why: 'node-gyp is written in it' },
];

/**
 * @param {Purpose} purpose
 * @returns {Need[]}
 */
function needsFor(purpose) {
  return NEEDS.filter(({ purposes }) => purposes.includes(purpose));
}

/**
 * Turns a list of missing commands into words and commands. Only root on a Debian system gets commands to run;
 * everybody else gets the exact line to type.
 *
 * @param {Pick<Need, 'command' | 'debian' | 'why'>[]} missing
 * @param {Machine} machine
 * @returns {SystemPlan}
 */
function planSystemPackages(missing, machine) {
  if (missing.length === 0) return { say: [], run: [] };
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  const say = missing.map(({ command, why }) => `missing command: ${command} (${why})`);
  const line = `apt-get install ${packages.join(' ')}`;
  if (!machine.debian) return { say: [...say, `install what holds these commands; on Debian: ${line}`], run: [] };
  if (!machine.root) return { say: [...say, `to install it, run as root: ${line}`], run: [] };
  return {
    say: [...say, `installing Debian packages: ${packages.join(' ')}`],
    run: [
      ...(machine.emptyLists ? [['apt-get', 'update', '-qq']] : []),
      ['apt-get', 'install', '-qq', '--yes', '--no-install-recommends', ...packages],
    ],
  };
}

/**
 * Whether a version of Node satisfies the `>=20.19` of package.json.
 *
 * @param {string} running as in process.versions.node
 * @param {string} range of the one form `>=MAJOR.MINOR`
 * @returns {boolean}
 */
function satisfiesNode(running, range) {
  const wanted = /^>=(\d+)\.(\d+)$/.exec(range);
  if (wanted === null) throw new Error(`engines.node is not of the form >=MAJOR.MINOR: ${range}`);
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const [wantedMajor, wantedMinor] = [Number(wanted[1]), Number(wanted[2])];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/**
 * How the installed packages differ from package-lock.json; an empty list means that they fit. Optional packages
 * may be absent: they are the binaries of other platforms.
 *
 * @param {LockedPackages} locked `packages` of package-lock.json
 * @param {LockedPackages | undefined} installed `packages` of the lock file that npm keeps in node_modules
 * @returns {string[]}
 */
function lockDifferences(locked, installed) {
  if (installed === undefined) return ['node_modules is missing'];
  const differences = [];
  for (const [place, { version, optional }] of Object.entries(locked)) {
    if (place === '') continue;
    const found = installed[place];
    if (found === undefined && optional !== true) differences.push(`${place} is missing`);
    if (found !== undefined && found.version !== version) differences.push(`${place} is not ${version ?? 'a link'}`);
  }
  for (const place of Object.keys(installed)) {
    if (locked[place] === undefined) differences.push(`${place} is not in the lock file`);
  }
  return differences;
}

/**
 * How to bring node_modules in order: install everything, only compile the native modules again, or nothing.
 *
 * @param {string[]} differences from {@link lockDifferences}
 * @param {string | undefined} loadError what loading the native modules said
 * @returns {'install' | 'rebuild' | 'nothing'}
 */
function planPackages(differences, loadError) {
  if (differences.length > 0) return 'install';
  return loadError === undefined ? 'nothing' : 'rebuild';
}

/**
 * What to tell somebody whose raw-socket cannot be compiled.
 *
 * @param {object} facts
 * @param {string} facts.node version of the running Node
 * @param {string[]} facts.missing compiler commands that are not on the PATH
 * @param {boolean} facts.headers whether Node's headers stand beside its binary
 * @returns {string[]}
 */
function explainBuildFailure({ node, missing, headers }) {
  const lines = ['the native module raw-socket is compiled on this machine; what that needs:'];
  lines.push(
    missing.length > 0
      ? `  a C++ toolchain: missing ${missing.join(', ')}; as root: apt-get install g++ make python3`
      : '  a C++ toolchain: found',
  );
  lines.push(
    headers
      ? '  the headers of Node: found beside its binary'
      : `  the headers of Node ${node}: not beside its binary, so npm has to download them. Without a network, install ` +
          "a Node that brings its include/node folder (or, for Debian's own Node, as root: apt-get install " +
          'libnode-dev), or set npm_config_nodedir to the folder that holds include/node',
  );
  return lines;
}

module.exports = {
  COMPILER_NEEDS,
  explainBuildFailure,
  lockDifferences,
  needsFor,
  planPackages,
  planSystemPackages,
  satisfiesNode,
};
