/**
 * The executor process: opens the real host, and serves runs over the channel to its parent. With `--destroy-sockets` it
 * is what the guardian of a killed executor turns into.
 */
import { join } from 'node:path';
import { troubleOf } from '../exec/trouble';
import { destroyHeldSockets } from '../host/linux/guardian';
import { openLinuxHost } from '../host/linux/linux-host';
import { dieWithParent } from '../host/linux/parent';
import { probeEnvironment } from '../host/linux/probe';
import { serveRuns } from '../suite/executor-loop';
import type { FromExecutor, ToExecutor } from '../suite/protocol';

const DESTROY_SOCKETS = '--destroy-sockets';

function main(): void {
  const send = (message: FromExecutor): void => {
    process.send?.(message);
  };
  try {
    dieWithParent();
    const trouble = probeEnvironment();
    if (trouble !== undefined) {
      send({ kind: 'unfit', trouble });
      return;
    }
    const host = openLinuxHost({
      blockingWorkerPath: join(__dirname, 'blocking-worker.js'),
      guardianCommand: [process.execPath, __filename, DESTROY_SOCKETS],
    });
    serveRuns(host, {
      send,
      onMessage: (listener) => process.on('message', (message) => listener(message as ToExecutor)),
    });
  } catch (error) {
    send({ kind: 'unfit', trouble: troubleOf(error) });
  }
}

if (process.argv.includes(DESTROY_SOCKETS)) destroyHeldSockets();
else main();
