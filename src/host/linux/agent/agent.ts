/**
 * The agent: answers questions about the host that it runs on, over its standard input and output, until nobody asks any
 * more. It opens no port. What it changes is as before when it ends, however that comes about.
 */
import { machine, release } from 'node:os';
import { messageOf } from '../../../base/message';
import { NS_PER_S } from '../../../base/nanoseconds';
import { parseLine } from '../../../trace/jsonl';
import { HostError } from '../../host';
import { BlockingThreads } from '../blocking-threads';
import { tickNs } from '../clock';
import { AgentRun } from './agent-run';
import { LineChannel } from './line-channel';
import { AGENT_PATIENCE_S, AGENT_PROTOCOL, type FromAgent, type Greeting, type ToAgent } from './protocol';

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;

export interface AgentOptions {
  /** As that of a `LinuxHost`. */
  readonly blockingWorkerPath: string;
}

/** Returns when the other side has gone, or has said nothing for too long. */
export async function serveAgent({ blockingWorkerPath }: AgentOptions): Promise<void> {
  const channel = new LineChannel(STANDARD_INPUT, STANDARD_OUTPUT);
  const threads = new BlockingThreads(blockingWorkerPath);
  const run = new AgentRun(threads);
  const greeting: Greeting = {
    agent: 'packetspec',
    protocol: AGENT_PROTOCOL,
    facts: { kernel: release(), architecture: machine(), tickNs: tickNs() },
  };
  channel.send(greeting);
  try {
    for (let line = nextLine(channel, run, threads); line !== undefined; line = nextLine(channel, run, threads)) {
      const said = parseLine(line) as ToAgent | undefined;
      if (typeof said !== 'object' || said === null || !('id' in said)) continue;
      if (!channel.send(await answer(run, said))) return;
    }
  } finally {
    await run.close();
  }
}

/** Meanwhile, tells which calls have come back. @returns undefined when nobody is there any more */
function nextLine(channel: LineChannel, run: AgentRun, threads: BlockingThreads): string | undefined {
  for (const deadlineMs = performance.now() + AGENT_PATIENCE_S * 1000; performance.now() < deadlineMs; ) {
    const received = channel.receive(NS_PER_S, threads.eventFd);
    for (const returned of run.returnedCalls()) if (!channel.send({ returned } satisfies FromAgent)) return undefined;
    if (received.kind === 'line') return received.text;
    if (received.kind === 'ended') return undefined;
  }
  return undefined;
}

async function answer(run: AgentRun, { id, ask, args }: Extract<ToAgent, { id: number }>): Promise<FromAgent> {
  try {
    if (!Object.hasOwn(run.answers, ask)) throw new HostError('system-call', `there is no question \`${ask}\``);
    // The protocol pairs each question with its arguments.
    const find = run.answers[ask] as (...given: readonly unknown[]) => unknown;
    return { id, value: await find(...args) };
  } catch (error) {
    // A defect here is trouble there: it must not end the agent before it has brought everything back.
    const message = messageOf(error);
    if (!(error instanceof HostError)) return { id, trouble: { code: 'system-call', message } };
    return { id, trouble: { code: error.code, message, ...(error.hint === undefined ? {} : { hint: error.hint }) } };
  }
}
