/** The executor process: takes one timeline after the other, and answers with traces. */
import { execute } from '../exec/execute';
import { warmUp } from '../exec/warm-up';
import type { Host } from '../host/host';
import type { FromExecutor, ToExecutor } from './protocol';

/** The channel to the main process. */
export interface ExecutorChannel {
  readonly send: (message: FromExecutor) => void;
  /** The listener gets every message from the main process. */
  readonly onMessage: (listener: (message: ToExecutor) => void) => void;
}

/**
 * Serves runs until the channel closes. A run begins when the network of the one before it is gone.
 * @param warm when the code of runs has run once; absent: it is made to, on the host
 */
export function serveRuns(host: Host, channel: ExecutorChannel, warm: Promise<void> = warmUp(host)): void {
  // What is sent meanwhile waits in the channel.
  let previous = warm;
  channel.onMessage((message) => {
    previous = previous
      .then(() => serve(host, channel, message))
      .catch((error: unknown) => {
        channel.send({
          kind: 'crashed',
          stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      });
  });
  channel.send({ kind: 'ready', facts: host.facts });
}

async function serve(host: Host, channel: ExecutorChannel, { timeline }: ToExecutor): Promise<void> {
  const { trace, close } = await execute(timeline, host);
  channel.send({ kind: 'finished', trace });
  await close();
}
