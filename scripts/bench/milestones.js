'use strict';

/**
 * Loaded before the product (`node --require`), in the main process and, through the environment, in its executors:
 * notes on CLOCK_MONOTONIC when each came how far, and appends it to a file as one line of JSON when the process ends.
 * Plain JavaScript, because it is loaded where no TypeScript is. The product does not know of it.
 */

const childProcess = require('node:child_process');
const { appendFileSync } = require('node:fs');

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** @type {Record<string, number | string>} Milliseconds. */
const milestones = { loaded: now() };

/** @param {string} name */
function note(name) {
  milestones[name] ??= now();
}

const send = process.send?.bind(process);
if (send === undefined) watchMain();
else watchExecutor(send);

process.on('exit', () => {
  note('exit');
  appendFileSync(process.env['BENCH_MILESTONES'] ?? '', `${JSON.stringify(milestones)}\n`);
});

function watchMain() {
  milestones['process'] = 'main';
  const spawn = childProcess.spawn;
  const watched = (/** @type {Parameters<typeof spawn>} */ ...args) => {
    note('spawn');
    const child = spawn(...args);
    const sendToChild = child.send.bind(child);
    child.send = (/** @type {any[]} */ ...message) => {
      note('send');
      return Reflect.apply(sendToChild, child, message);
    };
    child.on('message', (/** @type {any} */ message) => {
      note(message.kind);
      if (message.kind === 'finished') milestones['timedMs'] = message.trace.end.atNs / 1e6;
    });
    return child;
  };
  Object.assign(childProcess, { spawn: watched });
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (/** @type {any[]} */ ...args) => {
    if (milestones['finished'] !== undefined) note('verdict');
    return Reflect.apply(write, process.stdout, args);
  };
}

/** @param {Function} sendToMain */
function watchExecutor(sendToMain) {
  milestones['process'] = 'executor';
  process.send = (/** @type {any[]} */ ...message) => {
    note(message[0].kind);
    return Reflect.apply(sendToMain, process, message);
  };
  process.prependListener('message', () => note('received'));
}
