import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert';
import type { KernelNote } from '../../src/match/kernel-events';
import { explanation } from '../../src/report/console';
import { jsonReporter } from '../../src/report/json';
import { eventRemarks, kernelText } from '../../src/report/kernel';
import { ladderLines, PLAIN } from '../../src/report/ladder';
import type { EventSupport } from '../../src/trace/kernel-event';
import { connection } from '../support/builders';
import { summaryOf } from '../support/results';
import * as scenes from './scenes';

const { localAddress, localPort = 0, remoteAddress, remotePort } = connection(0);
const FLOW = { localAddress, localPort, remoteAddress, remotePort };

const ALL: EventSupport = { available: ['drops'], missing: [] };

describe('the ladder', () => {
  it('says beside a segment where it was dropped and why, and shows changes of state', () => {
    expect(ladderLines(scenes.dropped(ALL), PLAIN)).toEqual([
      '  line      time  harness kernel  segment',
      '    10  0.000001  |----------->|  . 1:1(0) ack 1 win 65535',
      '                                    dropped in tcp_v4_rcv: TCP_LISTEN_OVERFLOW',
      '        0.000003  |            *  state SYN_RECV -> CLOSE',
      expect.stringContaining('later'),
      expect.stringContaining('expected R 1:*(*)'),
      expect.anything(),
    ]);
  });
});

describe('remarks', () => {
  it('say what is missing, or how to get it', () => {
    const paint = PLAIN.paint;
    expect(eventRemarks(scenes.dropped(ALL), paint)).toEqual([]);
    expect(eventRemarks(scenes.dropped({ available: [], missing: ['no right'] }), paint)).toEqual([
      'kernel events: no right',
    ]);
    expect(eventRemarks(scenes.dropped(), paint)).toEqual([expect.stringContaining('--events')]);
    expect(explanation(scenes.dropped(), PLAIN).at(-1)).toContain('--events');
  });

  it('do not offer what a host elsewhere does not have', () => {
    const scene = scenes.dropped();
    const trace = present(scene.trace, 'the trace');
    const network = { ...trace.timeline.network, link: 'target' as const };
    const there = { ...scene, trace: { ...trace, timeline: { ...trace.timeline, network } } };
    expect(eventRemarks(there, PLAIN.paint)).toEqual([]);
  });
});

describe('words', () => {
  const text = (event: KernelNote['event']) => kernelText({ atNs: 1, connection: undefined, event });

  it('has each event its own, but those that the segments show', () => {
    expect(text({ kind: 'reset', atNs: 1, by: 'kernel', flow: FLOW, reason: 'NO_SOCKET' })).toBe(
      'reset by the kernel: NO_SOCKET',
    );
    expect(text({ kind: 'reset', atNs: 1, by: 'kernel', flow: FLOW })).toBe('reset by the kernel');
    expect(text({ kind: 'reset', atNs: 1, by: 'peer', flow: FLOW })).toBe('reset by the peer');
    expect(text({ kind: 'congestion', atNs: 1, socket: 0, flow: FLOW, state: 'Loss' })).toBe(
      'congestion control: Loss',
    );
    expect(text({ kind: 'bad-checksum', atNs: 1, flow: FLOW })).toBe('wrong TCP checksum');
    expect(text({ kind: 'drop', atNs: 1, reason: 'NETFILTER_DROP', function: 'nf_hook_slow' })).toBe(
      'a packet of its own dropped in nf_hook_slow: NETFILTER_DROP',
    );
    expect(text({ kind: 'retransmit', atNs: 1, what: 'segment', socket: 0, flow: FLOW })).toBeUndefined();
    const counters = { TCPReqQFullDrop: 7, ListenDrops: 7 };
    expect(text({ kind: 'flood', atNs: 1, sent: 10, function: 'tcp_conn_request', counters })).toBe(
      "of the flood's 10 segments, refused in tcp_conn_request: TCPReqQFullDrop 7, ListenDrops 7",
    );
  });
});

describe('the JSON report', () => {
  it('carries what was lost and what was told', () => {
    let document = '';
    const tell = jsonReporter({ write: (part) => (document += part), color: false, columns: 80, explain: false });
    tell({ kind: 'suite-finished', summary: summaryOf(), results: [scenes.dropped(ALL), scenes.dropped()] });
    const [first, second] = (JSON.parse(document) as { results: readonly { events?: unknown }[] }).results;
    expect(first?.events).toEqual({
      missing: [],
      lost: [
        {
          atNs: 4_000,
          line: 10,
          connection: 'default',
          segment: '. 1:1(0) ack 1 win 65535',
          kind: 'dropped',
          reason: 'TCP_LISTEN_OVERFLOW',
          function: 'tcp_v4_rcv',
        },
      ],
      told: [
        { atNs: 3_000, kind: 'state', connection: 'default', from: 'SYN_RECV', to: 'CLOSE' },
        { atNs: 5_000, kind: 'retransmit', connection: 'default', what: 'synack' },
      ],
    });
    expect(second).not.toHaveProperty('events');
  });
});
