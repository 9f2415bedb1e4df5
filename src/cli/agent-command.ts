/** `packetspec agent`: the eyes of a harness on another host, which has started it. */
import { join } from 'node:path';
import type * as Agent from '../host/linux/agent/agent';

export async function agentCommand(): Promise<void> {
  // Only now: it loads what calls the kernel.
  const { serveAgent } = require('../host/linux/agent/agent') as typeof Agent;
  await serveAgent({ blockingWorkerPath: join(__dirname, 'blocking-worker.js') });
}
