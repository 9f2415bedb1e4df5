'use strict';

/**
 * Makes a fresh clone ready to run or to be tested: `npm start` and `npm test` begin here.
 *
 * Plain JavaScript without any dependency, since it runs before there are any. It looks at the machine, lets
 * `bootstrap-plan.js` decide, and acts; everything it says, and everything that npm and apt-get print, goes to
 * stderr. Deliberately absent: installing anything without saying so first, and `sudo`.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const plan = require('./bootstrap-plan');

const ROOT = path.join(__dirname, '..');
const EXIT_ENVIRONMENT = 3;

/** @param {string} message */
function say(message) {
  process.stderr.write(`packetspec: ${message}\n`);
}

/**
 * @param {string[]} messages
 * @returns {never}
 */
function giveUp(messages) {
  for (const message of messages) say(message);
  process.exit(EXIT_ENVIRONMENT);
}

/**
 * The whole preparation, in order. Returns when the machine is ready, or ends the process with the reason.
 *
 * @param {import('./bootstrap-plan').Purpose} purpose
 */
function bootstrap(purpose) {
  checkNode();
  bringPackages();
  bringSystemPackages(purpose);
}

function checkNode() {
  const { engines } = readJson('package.json');
  if (plan.satisfiesNode(process.versions.node, engines.node)) return;
  giveUp([`Node ${engines.node} is needed, this is ${process.versions.node} (${process.execPath})`]);
}

function bringPackages() {
  const differences = packageDifferences();
  const loadError = differences.length === 0 ? nativeLoadError() : undefined;
  const action = plan.planPackages(differences, loadError);
  if (action === 'nothing') return;
  bringCompiler();
  if (action === 'install') {
    say(`installing the npm packages (${summarize(differences)}): npm ci`);
    runNpm(['ci', '--include=dev']);
  } else {
    say(`the native modules do not load (${loadError ?? 'no reason'}): npm rebuild koffi raw-socket`);
    runNpm(['rebuild', 'koffi', 'raw-socket']);
  }
  const stillBroken = nativeLoadError();
  if (stillBroken !== undefined) giveUp([`the native modules still do not load: ${stillBroken}`, ...buildFailure()]);
}

/** @param {string[]} differences */
function summarize(differences) {
  const [first = 'nothing', ...others] = differences;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function bringCompiler() {
  const missing = plan.COMPILER_NEEDS.filter(({ command }) => !isOnPath(command));
  installSystemPackages(missing);
  const stillMissing = missing.filter(({ command }) => !isOnPath(command));
  if (stillMissing.length > 0) giveUp(['the npm packages cannot be installed yet', ...buildFailure()]);
}

/** @param {import('./bootstrap-plan').Purpose} purpose */
function bringSystemPackages(purpose) {
  installSystemPackages(plan.needsFor(purpose).filter(({ command }) => !isOnPath(command)));
}

/** @param {Parameters<typeof plan.planSystemPackages>[0]} missing */
function installSystemPackages(missing) {
  const { say: messages, run } = plan.planSystemPackages(missing, lookAtMachine());
  for (const message of messages) say(message);
  const failed = run.find((command) => !runAptGet(command));
  if (failed === undefined) return;
  say('that failed; reading the package lists again and trying once more');
  if (!runAptGet(['apt-get', 'update', '-qq']) || !run.every(runAptGet)) {
    say(`could not install them; by hand: ${failed.join(' ')}`);
  }
}

/** @returns {import('./bootstrap-plan').Machine} */
function lookAtMachine() {
  return {
    root: process.getuid?.() === 0,
    debian: isOnPath('apt-get'),
    emptyLists: !hasPackageLists(),
  };
}

function hasPackageLists() {
  try {
    return fs.readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}

/** @param {string} command */
function isOnPath(command) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => {
    try {
      fs.accessSync(path.join(folder, command), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function packageDifferences() {
  const locked = readJson('package-lock.json').packages;
  const installed = fs.existsSync(path.join(ROOT, 'node_modules/.package-lock.json'))
    ? readJson('node_modules/.package-lock.json').packages
    : undefined;
  return plan.lockDifferences(locked, installed);
}

/**
 * Loads the native modules in a process of its own, so that a broken one can be replaced and tried again.
 *
 * @returns {string | undefined} the first line of the error
 */
function nativeLoadError() {
  const program = "require('koffi'); require('raw-socket');";
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) return undefined;
  if (stderr.includes('compiled against a different Node.js version')) return 'they were built for another Node';
  return /^(?:\w*Error.*)$/m.exec(stderr)?.[0] ?? `a process that loads them ended with status ${status ?? 'none'}`;
}

/** @returns {string[]} */
function buildFailure() {
  const missing = plan.COMPILER_NEEDS.map(({ command }) => command).filter((command) => !isOnPath(command));
  return plan.explainBuildFailure({ node: process.versions.node, missing, headers: headersFolder() !== undefined });
}

/**
 * The folder that holds the headers of exactly the running Node, if its installation brought them. Handing it to
 * node-gyp saves a download, and keeps it from taking the headers of another Node.
 *
 * @returns {string | undefined}
 */
function headersFolder() {
  const folder = path.join(path.dirname(process.execPath), '..');
  const headers = path.join(folder, 'include/node');
  try {
    if (!fs.existsSync(path.join(headers, 'common.gypi'))) return undefined;
    const text = fs.readFileSync(path.join(headers, 'node_version.h'), 'utf8');
    const version = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
    );
    return version.join('.') === process.versions.node ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string[]} args */
function runNpm(args) {
  const headers = headersFolder();
  const env = {
    ...process.env,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
  };
  const npm = process.env['npm_execpath'];
  const [program, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(program, [...first, ...args], { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  giveUp([
    `npm ${args.join(' ')} failed${error === undefined ? ', see above' : `: ${error.message}`}`,
    ...buildFailure(),
  ]);
}

/** @param {string[]} command */
function runAptGet([program = '', ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { env, stdio: ['ignore', 2, 2] }).status === 0;
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, file), 'utf8'));
}

module.exports = { ROOT, bootstrap, say };

if (require.main === module) bootstrap(process.argv[2] === 'test' ? 'test' : 'run');
