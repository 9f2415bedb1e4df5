'use strict';

/**
 * The bundle in `dist/`: what is in it, when it is out of date, how it is made.
 *
 * Plain JavaScript on purpose: `bin/packetspec.js` asks at every start whether the bundle is still fresh, and
 * that question has to cost less than loading a TypeScript loader would. Deliberately absent: type checking
 * (`npm run typecheck`) and watching.
 */

const fs = require('node:fs');
const path = require('node:path');

/** Each program of the product: its source, and the name of its bundle in `dist/`. */
const PROGRAMS = [
  { source: 'src/cli/main.ts', bundle: 'packetspec' },
  { source: 'src/cli/program.ts', bundle: 'program' },
  { source: 'src/cli/executor.ts', bundle: 'executor' },
  { source: 'src/cli/machine-executor.ts', bundle: 'machine-executor' },
  { source: 'src/cli/blocking-worker.ts', bundle: 'blocking-worker' },
  { source: 'src/cli/guest.ts', bundle: 'guest' },
  { source: 'src/cli/guest-loader.ts', bundle: 'guest-loader' },
  { source: 'src/cli/guest-warm-up.ts', bundle: 'guest-warm-up' },
];

/** What runs in the page of the HTML report, and how it looks: `report-page.js` and `report-page.css`. */
const PAGE = {
  sources: ['src/report/html/browser/page.ts', 'src/report/html/browser/page.css'],
  bundle: 'report-page',
};

/** The program that knows the schema. */
const CLI = 'src/cli/main.ts';

/** Native modules: they find their own `.node` file beside themselves, so they stay outside. */
const NATIVE = ['koffi', 'raw-socket'];

/** What the bundle depends on besides `src/`. */
const OTHER_INPUTS = ['package.json', 'tsconfig.json', 'scripts/bundle.js'];

const STAMP = 'dist/inputs.txt';

/**
 * One line for each input of the bundle: path, size and time of change. Two trees with the same text give the
 * same bundle. Comparing the whole text, not only the newest time, also sees files removed or restored.
 *
 * @param {string} root
 * @returns {string}
 */
function describeInputs(root) {
  const lines = OTHER_INPUTS.map((file) => describeFile(root, file));
  describeFolder(root, 'src', lines);
  return lines.join('\n');
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {string[]} lines
 */
function describeFolder(root, folder, lines) {
  let entries;
  try {
    entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) describeFolder(root, name, lines);
    else lines.push(describeFile(root, name));
  }
}

/**
 * @param {string} root
 * @param {string} file
 */
function describeFile(root, file) {
  const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat === undefined ? `${file} absent` : `${file} ${stat.size} ${stat.mtimeMs}`;
}

/**
 * Whether `dist/` was made from the sources as they are now.
 *
 * @param {string} root
 * @returns {boolean}
 */
function isFresh(root) {
  try {
    return fs.readFileSync(path.join(root, STAMP), 'utf8') === describeInputs(root);
  } catch {
    return false;
  }
}

/**
 * Whether the tree can be built at all: an installed copy may hold `dist/` only.
 *
 * @param {string} root
 * @returns {boolean}
 */
function canBuild(root) {
  return fs.existsSync(path.join(root, 'src')) && fs.existsSync(path.join(root, 'node_modules/esbuild'));
}

/**
 * Bundles every program whose source exists. Files are replaced one by one through a rename and the stamp comes
 * last, so a command that starts meanwhile sees an old bundle or a new one, never half of one.
 *
 * @param {string} root
 * @returns {string[]} the bundles that were written
 */
function buildBundle(root) {
  const inputs = describeInputs(root);
  removeUnfinished(root);
  const programs = PROGRAMS.filter(({ source }) => fs.existsSync(path.join(root, source)));
  const hasPage = PAGE.sources.every((source) => fs.existsSync(path.join(root, source)));
  // Beside dist/ and as deep, so that the paths in the source maps stay right when the files move there.
  const fresh = path.join(root, `dist.${process.pid}.tmp`);
  fs.mkdirSync(fresh, { recursive: true });
  try {
    if (programs.length > 0) bundlePrograms(root, programs, fresh);
    if (hasPage) bundlePage(root, fresh);
    if (programs.some(({ source }) => source === CLI)) writeSchema(fresh);
    fs.writeFileSync(path.join(fresh, path.basename(STAMP)), inputs);
    moveInto(path.join(root, 'dist'), fresh);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
  return [...programs.map(({ bundle }) => bundle), ...(hasPage ? [PAGE.bundle] : [])].map((name) => `dist/${name}.js`);
}

/**
 * Folders of builds that were killed: those whose process is no longer there.
 *
 * @param {string} root
 */
function removeUnfinished(root) {
  for (const name of fs.readdirSync(root)) {
    const builder = /^dist\.(\d+)\.tmp$/.exec(name)?.[1];
    if (builder !== undefined && !fs.existsSync(`/proc/${builder}`)) {
      fs.rmSync(path.join(root, name), { recursive: true, force: true });
    }
  }
}

/**
 * @param {string} root
 * @param {typeof PROGRAMS} programs
 * @param {string} folder
 */
function bundlePrograms(root, programs, folder) {
  runEsbuild(root, [
    ...programs.map(({ source, bundle }) => `${bundle}=${source}`),
    `--outdir=${folder}`,
    '--bundle',
    '--platform=node',
    '--format=cjs',
    '--target=node20',
    ...NATIVE.map((name) => `--external:${name}`),
    // Some packages are written as ES modules and ask for their own address, which CommonJS does not have.
    '--define:import.meta.url=__moduleUrl',
    "--banner:js=const __moduleUrl = require('node:url').pathToFileURL(__filename).href;",
    // The sources are in the tree; without them in the map, Node starts the program 70 ms earlier.
    '--sourcemap=linked',
    '--sources-content=false',
    // Less to read for Node at each start; names stay whole, so stacks stay readable.
    '--minify-syntax',
    '--minify-whitespace',
  ]);
}

/**
 * Browsers of 2023 and later know how to unpack what the page holds (DecompressionStream with `deflate-raw`).
 *
 * @param {string} root
 * @param {string} folder
 */
function bundlePage(root, folder) {
  runEsbuild(root, [
    ...PAGE.sources.map((source) => `${PAGE.bundle}=${source}`),
    `--outdir=${folder}`,
    '--bundle',
    '--platform=browser',
    '--format=iife',
    '--target=es2022',
    '--charset=utf8',
    '--minify',
  ]);
}

/**
 * Runs esbuild as a command. Its JavaScript interface keeps a process of its own beside ours for as long as we
 * live, and the process that builds is the one that goes on to run the specs.
 *
 * @param {string} root
 * @param {string[]} options
 */
function runEsbuild(root, options) {
  const { spawnSync } = require('node:child_process');
  const program = path.join(root, 'node_modules/esbuild/bin/esbuild');
  const { status, error } = spawnSync(program, [...options, '--log-level=warning'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error('esbuild refused the sources');
}

/**
 * The JSON Schema of specs, for editors: it is made with the program that checks them, so the two cannot disagree.
 *
 * @param {string} folder
 */
function writeSchema(folder) {
  const { spawnSync } = require('node:child_process');
  const { stdout, status } = spawnSync(process.execPath, [path.join(folder, 'packetspec.js'), 'schema']);
  if (status === 0) fs.writeFileSync(path.join(folder, 'packetspec.schema.json'), stdout);
}

/**
 * @param {string} target
 * @param {string} source
 */
function moveInto(target, source) {
  fs.mkdirSync(target, { recursive: true });
  const stamp = path.basename(STAMP);
  const bundles = fs.readdirSync(source).filter((name) => name !== stamp);
  for (const name of [...bundles, stamp]) fs.renameSync(path.join(source, name), path.join(target, name));
}

module.exports = { PROGRAMS, buildBundle, canBuild, isFresh };
