/**
 * The executor process: opens the real host, and serves runs over the channel to its parent. With `--target` its runs are
 * on a host elsewhere. With `--destroy-sockets` or `--end-connections` it is what the guardian of a killed executor turns
 * into.
 */
import { warmUp } from '../exec/warm-up';
import { connectAgent } from '../host/linux/agent/agent-client';
import { destroyHeldSockets, Guardian } from '../host/linux/guardian';
import { openLinuxHost } from '../host/linux/linux-host';
import { rememberNetwork } from '../host/linux/namespace';
import { endAbandonedConnections } from '../host/linux/target/abandoned';
import { NO_EYES } from '../host/linux/target/eyes';
import { openTargetHost } from '../host/linux/target/target-host';
import { type ExecutorChannel, serveRuns } from '../suite/executor-loop';
import type { ToExecutor } from '../suite/protocol';
import { DESTROY_SOCKETS, serveExecutor, servePrivateRuns } from './serve-executor';

/** Followed by the command of the agent, or by nothing. */
const TARGET = '--target';
const END_CONNECTIONS = '--end-connections';

/** More often than an agent is patient, and seldom enough to disturb nobody. */
const BLINK_MS = 10_000;

/** @param agentCommand absent: nobody on the target is asked */
function serveTargetRuns(channel: ExecutorChannel, agentCommand: string | undefined): void {
  const eyes = agentCommand === undefined ? NO_EYES : connectAgent(agentCommand);
  const guardian = new Guardian([process.execPath, __filename, END_CONNECTIONS]);
  // Between runs too, the agent is not to take this host for dead.
  setInterval(() => quietly(() => eyes.blink()), BLINK_MS).unref();
  serveRuns(openTargetHost({ eyes, guardian }), channel, warmUpAside());
}

/** In a private network of this machine, where nobody is bothered; then back to the real one. */
async function warmUpAside(): Promise<void> {
  const goBack = rememberNetwork();
  await warmUp(openLinuxHost());
  goBack();
}

/** An agent that has gone is told of by the next run. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // See above.
  }
}

const CHANNEL: ExecutorChannel = {
  send: (message) => {
    process.send?.(message);
  },
  onMessage: (listener) => process.on('message', (message) => listener(message as ToExecutor)),
};

const target = process.argv.indexOf(TARGET);
if (process.argv.includes(DESTROY_SOCKETS)) destroyHeldSockets();
else if (process.argv.includes(END_CONNECTIONS)) endAbandonedConnections();
else if (target < 0) serveExecutor(CHANNEL, servePrivateRuns);
else serveExecutor(CHANNEL, (channel) => serveTargetRuns(channel, process.argv[target + 1]));
