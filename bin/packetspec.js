#!/usr/bin/env node
'use strict';

/**
 * The launcher: starts the bundle in `dist/`, and renews it first when a source is newer and the tree can build.
 * Everything else is the bundle's business; it begins to run when it is loaded.
 */

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const program = path.join(root, 'dist/packetspec.js');

/** Exit code for trouble with the environment, as for the rest of the command. */
const EXIT_ENVIRONMENT = 3;

/**
 * @param {string} message
 * @returns {never}
 */
function leave(message) {
  process.stderr.write(`packetspec: ${message}\n`);
  process.exit(EXIT_ENVIRONMENT);
}

function renewBundle() {
  if (!fs.existsSync(path.join(root, 'scripts/bundle.js'))) return;
  const { buildBundle, canBuild, isFresh } = require('../scripts/bundle');
  if (isFresh(root) || !canBuild(root)) return;
  try {
    buildBundle(root);
  } catch (error) {
    leave(
      `dist/ is older than src/ and could not be built again: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** From Node 22 on, Node can keep the compiled form of the bundle, which saves a part of each later start. */
function keepCompiledCode() {
  /** @type {Record<string, unknown>} */
  const { enableCompileCache } = { ...require('node:module') };
  if (typeof enableCompileCache === 'function') enableCompileCache(path.join(root, 'dist/.compile-cache'));
}

function startProgram() {
  if (!fs.existsSync(program)) {
    leave('the program is not built: run `npm start` (or `npm ci` and `npm run build`) in the clone first');
  }
  keepCompiledCode();
  process.setSourceMapsEnabled(true);
  require(program);
}

renewBundle();
startProgram();
