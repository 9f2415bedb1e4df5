/**
 * The fake host is held against the real one, over every link: the same specs, executed on both, must come to the same
 * verdict by the same checks. What passes on the fake in test/exec may then be believed of the kernel.
 *
 * The fake is never late. So that a busy machine gives no other verdict than it, being late counts from half a second
 * on here: how lateness is judged is not what these specs are about.
 */
import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import type { Host } from '../../src/host/host';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { LINK_KINDS, type LinkKind } from '../../src/spec/link-kind';
import { planSuite } from '../../src/suite/plan';
import type { Timeline } from '../../src/timeline/timeline';
import { judge } from '../../src/verify/judge';
import { FakeHost } from '../support/fake-host';
import { requireKernel } from '../support/live';

const LISTENER = 'server: { listen: 8080, backlog: 5 }';
const HANDSHAKE = `
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1
  - inject: . 1:1(0) ack 1 win 64240`;

const SPECS: Readonly<Record<string, string>> = {
  'a handshake, accepted': `${LISTENER}
steps:${HANDSHAKE}
  - queue: { accept: 1, limit: 5, syn: 0 }
  - call: accept(server, ..., ...) = app
  - queue: { accept: 0 }`,
  'a request that waits': `${LISTENER}
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1
  - queue: { accept: 0, limit: 5, syn: 1 }
  - sockets: { SYN_RECV: 1, LISTEN: 1, ESTABLISHED: 0 }`,
  'a SYN+ACK that is repeated': `${LISTENER}
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1
  - expect: S. 0:0(0) ack 1
    at: +1s`,
  'a closed port': `
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: R. 0:0(0) ack 1`,
  'silence that is kept': `${LISTENER}
steps:${HANDSHAKE}
  - silence: 50ms`,
  'silence that is broken': `${LISTENER}
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - silence: 50ms`,
  'a wrong acknowledgment': `${LISTENER}
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 2`,
  'a segment that never comes': `${LISTENER}
steps:${HANDSHAKE}
  - expect: R.
    within: 20ms`,
  'a call that fails': `${LISTENER}
steps:
  - call: close(server) = 0
  - call: socket(..., SOCK_STREAM, IPPROTO_TCP) = again
  - call: shutdown(again, SHUT_WR) = 0`,
};

function timelineOf(body: string, link: LinkKind): Timeline {
  const file = { path: 'conformance.yaml', text: `name: conformance\nip: ipv4\ntolerance: 500ms\n${body}\n` };
  const [run] = planSuite([file], { set: new Map(), maxCombinations: 1, link }).runs;
  if (run === undefined) throw new Error(`the spec is wrong:\n${file.text}`);
  return run.timeline;
}

async function outcomeOn(host: Host, timeline: Timeline): Promise<unknown> {
  const { trace, close } = await execute(timeline, host);
  await close();
  const { status, checks } = judge(trace);
  return {
    status,
    checks: checks.map(({ step, kind, passed, mismatches }) => ({
      step,
      kind,
      passed,
      fields: mismatches.map(({ field }) => field),
    })),
  };
}

let real: Host | undefined;

describe.each(LINK_KINDS)('the fake host does what the kernel does over the link %s', (link) => {
  it.each(Object.entries(SPECS))('%s', async (_name, body) => {
    requireKernel();
    real ??= openLinuxHost();
    const timeline = timelineOf(body, link);
    expect(await outcomeOn(new FakeHost(), timeline)).toEqual(await outcomeOn(real, timeline));
  });
});
