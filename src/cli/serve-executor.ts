/** What makes a process an executor: it serves the runs that come over a channel, and dies with its parent. */
import { join } from 'node:path';
import { troubleOf } from '../exec/trouble';
import { openLinuxHost } from '../host/linux/linux-host';
import { dieWithParent } from '../host/linux/parent';
import { probeEnvironment } from '../host/linux/probe';
import { type ExecutorChannel, serveRuns } from '../suite/executor-loop';

/** With this argument, the executor's program is what the guardian of a killed one turns into. */
export const DESTROY_SOCKETS = '--destroy-sockets';

export function serveExecutor(channel: ExecutorChannel, serve: (channel: ExecutorChannel) => void): void {
  try {
    dieWithParent();
    serve(channel);
  } catch (error) {
    channel.send({ kind: 'unfit', trouble: troubleOf(error) });
  }
}

/** Runs in private networks of this machine. */
export function servePrivateRuns(channel: ExecutorChannel): void {
  const trouble = probeEnvironment();
  if (trouble !== undefined) {
    channel.send({ kind: 'unfit', trouble });
    return;
  }
  const host = openLinuxHost({
    blockingWorkerPath: join(__dirname, 'blocking-worker.js'),
    guardianCommand: [process.execPath, join(__dirname, 'executor.js'), DESTROY_SOCKETS],
  });
  serveRuns(host, channel);
}
