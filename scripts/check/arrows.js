'use strict';

/**
 * The arrows between the folders of `src/`, as a table: who may import whom, and which packages live where.
 * `.dependency-cruiser.js` turns the table into rules, `bite-arrows.ts` proves that each of them bites.
 * Everything that is not written here is forbidden.
 */

const BASE = ['base'];
const WIRE = ['wire', ...BASE];
const SPEC = ['spec', ...WIRE];
const TIMELINE = ['timeline', ...SPEC];
const TRACE = ['trace', ...TIMELINE];
const MATCH = ['match', ...TRACE];
const SUITE = ['suite', 'verify', ...MATCH];

/**
 * Folder of `src/` -> the folders that it may import, besides itself. `host` is the port alone: `host/linux`,
 * which knows the operating system, is a folder of its own that only `cli` opens.
 *
 * @type {Record<string, string[]>}
 */
const MAY_IMPORT = {
  base: [],
  wire: BASE,
  spec: WIRE,
  timeline: SPEC,
  trace: TIMELINE,
  match: TRACE,
  host: TRACE,
  'host/linux': ['host', ...TRACE],
  exec: ['host', ...MATCH],
  verify: MATCH,
  suite: ['exec', 'verify', 'host', ...MATCH],
  report: SUITE,
  vm: SUITE,
  cli: ['vm', 'report', 'host/linux', 'host', 'exec', ...SUITE],
};

/**
 * The folders that touch nothing outside the program -> the packages that they may use all the same. No built-in
 * module of Node is allowed in any of them.
 *
 * @type {Record<string, string[]>}
 */
const PURE = {
  base: [],
  wire: [],
  spec: ['yaml', 'zod', 'fastest-levenshtein'],
  timeline: [],
  trace: [],
  match: [],
  host: [],
  exec: [],
  verify: [],
};

/**
 * Package -> the one folder that may use it. To replace a package is then the business of one folder.
 *
 * @type {Record<string, string>}
 */
const PACKAGE_HOME = {
  koffi: 'host/linux',
  'raw-socket': 'host/linux',
  yaml: 'spec',
  zod: 'spec',
  'fastest-levenshtein': 'spec',
  commander: 'cli',
  tinyglobby: 'suite',
};

/**
 * A regular expression for the files of a folder, without those of a listed folder inside it.
 *
 * @param {string} folder
 * @returns {string}
 */
function folderPattern(folder) {
  const inner = Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${folder}/`));
  const exclusion =
    inner.length === 0 ? '' : `(?!(?:${inner.map((name) => name.slice(folder.length + 1)).join('|')})/)`;
  return `^src/${folder}/${exclusion}`;
}

module.exports = { MAY_IMPORT, PACKAGE_HOME, PURE, folderPattern };
