'use strict';

/**
 * `node scripts/test-count.js REPORT STATUS`: turns the JSON report of vitest into the one line "N passed, M failed"
 * that ends a run of `.ci/run`. Fails when no test ran, since an empty run proves nothing.
 *
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

const fs = require('node:fs');

/**
 * @param {Report | undefined} report undefined when vitest did not live to write one
 * @param {number} status the exit code of the test run
 * @returns {{ line: string, good: boolean }}
 */
function countTests(report, status) {
  if (report === undefined) return { line: '0 passed, 1 failed', good: false };
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const counted = report.numFailedTests + countBrokenFiles(report);
  const failed = counted === 0 && status !== 0 ? 1 : counted;
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, good: failed === 0 && passed > 0 };
}

/**
 * Files that failed although none of their tests did: they did not load, or broke down around their tests.
 *
 * @param {Report} report
 */
function countBrokenFiles({ testResults }) {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
}

/**
 * @param {string} file
 * @returns {Report | undefined}
 */
function readReport(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

module.exports = { countTests };

if (require.main === module) {
  const [file = '', status = '1'] = process.argv.slice(2);
  const { line, good } = countTests(readReport(file), Number(status));
  console.log(line);
  process.exitCode = good ? 0 : 1;
}
