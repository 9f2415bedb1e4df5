import { describe, expect, it } from 'vitest';
import { readTrace, writeTrace } from '../../src/trace/jsonl';
import type { Observation, Trace } from '../../src/trace/trace';
import {
  callOf,
  calls,
  came,
  connection,
  inject,
  opts,
  outcome,
  seg,
  sent,
  socketEntry,
  text,
  tick,
  timelineOf,
  traceOf,
} from '../support/builders';

const SYN = seg('S', {
  seq: 0,
  options: opts({ kind: 'fastopen', cookie: Uint8Array.of(1, 2) }),
  payload: Uint8Array.of(0, 255),
});

const OBSERVATIONS: readonly Observation[] = [
  {
    kind: 'baseline',
    counters: { 'TcpExt.ListenDrops': 4 },
    realtimeAtZero: { seconds: 1_700_000_000, nanoseconds: 5 },
  },
  sent(0, 5, SYN),
  came(6, seg('S.', { seq: 77, ack: 1 })),
  {
    kind: 'called',
    step: 1,
    plannedNs: 6,
    startedNs: 7,
    endedNs: 8,
    outcome: outcome(2, '', { bytes: Uint8Array.of(9, 8), peer: '192.0.2.1:40001' }),
    interrupted: false,
  },
  { kind: 'blocked', step: 1, plannedNs: 6, startedNs: 7 },
  { kind: 'returned', step: 1, endedNs: 9, outcome: outcome(-1, 'EINTR'), cancelled: true },
  {
    kind: 'sampled',
    step: 1,
    plannedNs: 9,
    startedNs: 9,
    atNs: 9,
    sample: { sockets: [socketEntry()], counters: {}, tcpInfo: { bytes: new Uint8Array(3) } },
  },
  { kind: 'marked', step: 1, atNs: 9, counters: {} },
  { kind: 'flooded', step: 1, plannedNs: 3, startedNs: 4, endedNs: 9, sent: 5, errno: 'ENOBUFS', answered: 2 },
  { kind: 'tuned', step: 1, plannedNs: 3, startedNs: 4, endedNs: 9 },
  {
    kind: 'watched',
    atNs: 10,
    listeners: [{ localAddress: '192.0.2.1', localPort: 80, acceptQueue: 1, synQueue: 2, limit: 3 }],
  },
  { kind: 'unsendable', step: 1, atNs: 10, reason: 'a "quoted" reason\nin two lines' },
  {
    kind: 'event',
    event: {
      kind: 'state',
      atNs: 7,
      socket: 0,
      flow: { localAddress: '192.168.0.1', localPort: 8080, remoteAddress: '192.0.2.1', remotePort: 40_001 },
      from: 'LISTEN',
      to: 'SYN_RECV',
    },
  },
  { kind: 'event', event: { kind: 'drop', atNs: 8, reason: 'TCP_CSUM', function: 'tcp_v4_rcv', injectedNs: 5 } },
  { kind: 'counted', atNs: 11, counters: {} },
  tick(11),
];

const TIMELINE = timelineOf([inject(SYN), calls(callOf('write', [text('pîng')], 4))], {
  connections: [connection(0), connection(1, { role: 'active', localPort: undefined })],
});
const TRACE: Trace = traceOf(TIMELINE, OBSERVATIONS);
/** The header is the first line. */
const LINES = OBSERVATIONS.map((_, index) => index + 2);

function linesOf(trace: Trace): string[] {
  return writeTrace(trace).trimEnd().split('\n');
}

describe('a trace as text', () => {
  it('is one line for the header, each observation, and the end', () => {
    const lines = linesOf(TRACE);
    expect(lines).toHaveLength(1 + OBSERVATIONS.length + 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ format: 'packetspec-trace', version: 4 });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      end: { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: 2_000_000_000 },
    });
    expect(lines[2]).toContain('"bytes":{"$hex":"45');
    expect(writeTrace(TRACE).endsWith('\n')).toBe(true);
  });

  it.each<Trace['end']>([
    { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: 5 },
    { kind: 'skipped', reason: 'requires kernel >=6.0' },
    { kind: 'host-error', atNs: 5, error: { code: 'no-tun', message: 'no TUN', hint: 'load it', line: 3 } },
  ])('comes back the same: %j', (end) => {
    const read = readTrace(writeTrace({ ...TRACE, end }));
    expect(read).toEqual({ kind: 'trace', trace: { ...TRACE, end }, lines: LINES, problems: [] });
  });

  it('comes back the same when the bytes are in a Buffer', () => {
    const bytes = Buffer.from([0x45, 0, 1]);
    const read = readTrace(writeTrace(traceOf(TIMELINE, [{ kind: 'frame', direction: 'out', atNs: 5, bytes }])));
    expect(read.kind === 'trace' ? read.trace.observations : []).toEqual([
      { kind: 'frame', direction: 'out', atNs: 5, bytes: Uint8Array.of(0x45, 0, 1) },
    ]);
  });
});

describe('a text that is not whole', () => {
  const lines = linesOf(TRACE);

  it.each([
    '',
    'hello',
    '{}',
    '[]',
    'null',
    '{"format":"packetspec-trace","version":2}',
    '{"format":"pcap","version":2,"timeline":{},"environment":{}}',
  ])('is unreadable when it begins with %j', (first) => {
    expect(readTrace([first, ...lines.slice(1)].join('\n'))).toEqual({
      kind: 'unreadable',
      problems: [expect.stringContaining('line 1') as string],
    });
  });

  it.each([
    ['99', /version 99, that of a newer packetspec.*reads version \d.*replay it with the one that wrote it/],
    ['1', /version 1, that of an older packetspec/],
    ['"2"', /no format version/],
  ])('of version %s is unreadable, and says what to do', (version, problem) => {
    const other = (lines[0] ?? '').replace(/"version":\d+/, `"version":${version}`);
    expect(readTrace([other, ...lines.slice(1)].join('\n'))).toEqual({
      kind: 'unreadable',
      problems: [expect.stringMatching(problem) as string],
    });
  });

  it.each([
    ['"steps":[', '"steps":3,"x":[', 'timeline.steps'],
    ['"setupNs":', '"setupNs":"1","x":', 'environment.setupNs'],
    ['"label":"inject"', '"label":null', 'timeline.steps.*.label'],
    ['"index":1,"place"', '"index":7,"place"', 'step 1'],
  ])('with a header that was edited is unreadable: %s', (from, to, named) => {
    const header = lines[0] ?? '';
    expect(header).toContain(from);
    const read = readTrace([header.replace(from, to), ...lines.slice(1)].join('\n'));
    expect(read).toEqual({ kind: 'unreadable', problems: [expect.stringContaining(named) as string] });
  });

  it.each([2, 3])('of version %i is read as it is', (version) => {
    const older = (lines[0] ?? '').replace('"version":4', `"version":${version}`);
    expect(readTrace([older, ...lines.slice(1)].join('\n'))).toEqual(readTrace(lines.join('\n')));
  });

  it('that is cut off says so, and keeps what is whole', () => {
    const read = readTrace(`${lines.slice(0, 4).join('\n')}\n${(lines[4] ?? '').slice(0, 20)}`);
    expect(read).toMatchObject({
      kind: 'trace',
      problems: ['line 5: is cut off', expect.stringMatching(/cut off.*what is whole is shown/)],
    });
    expect(read.kind === 'trace' ? read.trace.observations : []).toEqual(OBSERVATIONS.slice(0, 3));
    expect(read.kind === 'trace' ? read.trace.end.kind : '').toBe('host-error');
  });

  it.each([
    ['garbage', 'is no JSON'],
    ['{"kind":"teleported"}', 'not an observation: nothing is called `teleported`'],
    ['{"kind":"event","event":{"kind":"state","atNs":1}}', 'not an observation'],
    ['42', 'not an observation'],
    ['{"no":"kind"}', 'not an observation'],
    ['{"end":{"kind":"finished"}}', 'not an observation'],
    ['{"kind":"marked","step":99,"atNs":1,"counters":{}}', 'not an observation of this run: there is no step 99'],
  ])('lists a line that is %s, by its number', (junk, problem) => {
    const read = readTrace([...lines.slice(0, 3), junk, ...lines.slice(3)].join('\n'));
    expect(read).toMatchObject({ kind: 'trace', problems: [`line 4: ${problem}`] });
    expect(read.kind === 'trace' ? read.trace.observations : []).toEqual(OBSERVATIONS);
  });

  it('lists what stands behind its end', () => {
    const read = readTrace([...lines, lines[2]].join('\n'));
    expect(read.problems).toEqual([`line ${lines.length + 1}: stands behind the end of the trace`]);
  });

  it('counts the lines of the file, empty ones too', () => {
    const read = readTrace([lines[0], '', '', 'junk', ...lines.slice(1)].join('\n'));
    expect(read.problems).toEqual(['line 4: is no JSON']);
  });

  it.each([
    ['{"kind":"frame","direction":"out","atNs":1}', '`bytes` of `frame` is missing'],
    ['{"kind":"sent","step":0}', '`plannedNs` of `sent` is missing'],
    ['{"kind":"frame","direction":"out","atNs":1,"bytes":{"$hex":"0"}}', '`bytes` of `frame` is no bytes'],
    ['{"kind":"frame","direction":"out","atNs":"1","bytes":{"$hex":"00"}}', '`atNs` of `frame` is no number'],
  ])('lists an observation with fields that are wrong: %s', (half, problem) => {
    expect(readTrace([...lines.slice(0, 2), half, ...lines.slice(2)].join('\n')).problems).toEqual([
      `line 3: not an observation: ${problem}`,
    ]);
  });

  it('survives line endings of Windows', () => {
    expect(readTrace(writeTrace(TRACE).replaceAll('\n', '\r\n'))).toMatchObject({ kind: 'trace', problems: [] });
  });
});
