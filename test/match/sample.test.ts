import { describe, expect, it } from 'vitest';
import { matchSample, type SampleContext } from '../../src/match/sample';
import { PROC_NET_TCP_FIELDS, QUEUE_FIELDS, SOCKET_FIELDS } from '../../src/spec/fields';
import type { SampleExpectation } from '../../src/spec/model';
import type { ProcNetTcpRow, Sample, SocketEntry } from '../../src/trace/trace';
import { connection, field, socketEntry, SPAN } from '../support/builders';

const CONTEXT: SampleContext = {
  baseline: { 'TcpExt.ListenDrops': 100, 'Tcp.OutRsts': 5, 'TcpExt.ListenOverflows': 0 },
  marks: new Map([['before', { 'TcpExt.ListenDrops': 103 }]]),
  listenerPort: 8080,
  connection: connection(0),
};

function listener(fields: Partial<SocketEntry> = {}): SocketEntry {
  return socketEntry({ state: 'LISTEN', remoteAddress: '0.0.0.0', remotePort: 0, ...fields });
}

/** The fields with what was observed of each; a field that fits is told as such. */
function seen(expectation: SampleExpectation, sample: Sample, context = CONTEXT): unknown {
  return Object.fromEntries(
    matchSample(expectation, sample, context).map((one) => [
      one.field.name,
      one.mismatch === undefined ? 'fits' : one.mismatch.observed,
    ]),
  );
}

describe('queue', () => {
  const sockets = [
    socketEntry({ state: 'SYN_RECV', remotePort: 40_007 }),
    socketEntry({ state: 'SYN_RECV', remotePort: 40_008 }),
    socketEntry({ state: 'SYN_RECV', localPort: 81, remotePort: 40_009 }),
    socketEntry({ receiveQueue: 77 }),
    listener({ localPort: 81, receiveQueue: 9, sendQueue: 9 }),
    listener({ receiveQueue: 6, sendQueue: 5 }),
  ];

  it("is the listener of the spec's port as ss shows it, and the requests of that port", () => {
    const fields = [field('accept', 6), field('limit', 5), field('syn', 2)];
    expect(seen({ kind: 'queue', fields }, { sockets })).toEqual({ accept: 'fits', limit: 'fits', syn: 'fits' });
  });

  it('of another port is another one', () => {
    const fields = [field('accept', 6), field('limit', 9), field('syn', 2)];
    expect(seen({ kind: 'queue', port: 81, fields }, { sockets })).toEqual({ accept: '9', limit: 'fits', syn: '1' });
  });

  it('without a listener is absent, and fits nothing, not even 0', () => {
    expect(seen({ kind: 'queue', fields: [field('accept', 0), field('limit', 0)] }, { sockets: [] })).toEqual({
      accept: 'absent',
      limit: 'absent',
    });
  });

  it('tells what was expected', () => {
    const [result] = matchSample({ kind: 'queue', fields: [field('accept', 7)] }, { sockets }, CONTEXT);
    expect(result?.mismatch).toEqual({ field: 'accept', expected: '7', observed: '6' });
  });

  it.each(QUEUE_FIELDS)('knows %s', (name) => {
    expect(seen({ kind: 'queue', fields: [field(name, -1)] }, { sockets })).not.toEqual({ [name]: 'absent' });
  });
});

describe('sockets', () => {
  it('counts every state, and a state that is not there is 0', () => {
    const sockets = [
      listener(),
      socketEntry(),
      socketEntry({ remotePort: 40_002 }),
      socketEntry({ state: 'CLOSE_WAIT' }),
    ];
    const fields = [field('ESTABLISHED', 2), field('LISTEN', 1), field('SYN_RECV', 0), field('CLOSE_WAIT', 2)];
    expect(seen({ kind: 'sockets', fields }, { sockets })).toEqual({
      ESTABLISHED: 'fits',
      LISTEN: 'fits',
      SYN_RECV: 'fits',
      CLOSE_WAIT: '1',
    });
  });
});

describe('socket', () => {
  const memory = {
    receiveAllocated: 11,
    receiveBuffer: 12,
    sendAllocated: 13,
    sendBuffer: 14,
    forwardAllocated: 15,
    writeQueued: 16,
    optionMemory: 17,
    backlog: 18,
    drops: 19,
  };
  const mine = socketEntry({
    state: 'CLOSE_WAIT',
    receiveQueue: 11,
    sendQueue: 3,
    retransmits: 2,
    timer: 'on',
    timerExpiresMs: 800,
    memory,
  });
  const sockets = [socketEntry({ remotePort: 40_002 }), socketEntry({ remoteAddress: '192.0.2.9' }), mine];

  it("is that of the step's connection", () => {
    const fields = [
      field('state', 'CLOSE_WAIT'),
      field('recv_queue', 11),
      field('send_queue', 3),
      field('retransmits', 2),
      field('timer', 'on'),
    ];
    expect(seen({ kind: 'socket', fields }, { sockets })).toEqual({
      state: 'fits',
      recv_queue: 'fits',
      send_queue: 'fits',
      retransmits: 'fits',
      timer: 'fits',
    });
  });

  it('that is gone is CLOSE, as a spec writes it, and has nothing else', () => {
    const fields = [field('state', 'CLOSE'), field('recv_queue', 0)];
    expect(seen({ kind: 'socket', fields }, { sockets: [] })).toEqual({ state: 'fits', recv_queue: 'absent' });
  });

  it('of a kernel that opened the connection is found by the port that was learned', () => {
    const active = connection(0, { role: 'active', localPort: 55_555, remotePort: 8080 });
    const one = socketEntry({ localPort: 55_555, remotePort: 8080, state: 'SYN_SENT' });
    expect(
      seen(
        { kind: 'socket', fields: [field('state', 'SYN_SENT')] },
        { sockets: [one] },
        { ...CONTEXT, connection: active },
      ),
    ).toEqual({
      state: 'fits',
    });
  });

  it.each(SOCKET_FIELDS)('knows %s, which the language offers', (name) => {
    expect(seen({ kind: 'socket', fields: [field(name, -1)] }, { sockets })).not.toEqual({ [name]: 'absent' });
  });

  it('shows the memory as ss -m does', () => {
    const names = [
      'receive_allocated',
      'receive_buffer',
      'send_allocated',
      'send_buffer',
      'forward_allocated',
      'write_queued',
      'option_memory',
      'backlog',
      'drops',
    ];
    const fields = names.map((name, index) => field(name, 11 + index));
    expect(seen({ kind: 'socket', fields }, { sockets })).toEqual(
      Object.fromEntries(names.map((name) => [name, 'fits'])),
    );
  });
});

describe('counters', () => {
  const sample = { counters: { 'TcpExt.ListenDrops': 104, 'Tcp.OutRsts': 6 } };

  it('are deltas since the start', () => {
    const fields = [field('ListenDrops', 4), field('Tcp.OutRsts', 1), field('ListenOverflows', 0)];
    expect(seen({ kind: 'counters', fields }, sample)).toEqual({
      ListenDrops: 'fits',
      'Tcp.OutRsts': 'fits',
      ListenOverflows: 'fits',
    });
  });

  it('or since a mark, also where the mark saw nothing move', () => {
    const fields = [field('ListenDrops', 1), field('OutRsts', 1), field('ListenOverflows', 1)];
    expect(seen({ kind: 'counters', since: { name: 'before', span: SPAN }, fields }, sample)).toEqual({
      ListenDrops: 'fits',
      OutRsts: 'fits',
      ListenOverflows: '0',
    });
  });

  it('that the kernel does not have fit nothing', () => {
    expect(seen({ kind: 'counters', fields: [field('ListenDropz', 0)] }, sample)).toEqual({ ListenDropz: 'absent' });
  });
});

describe('tcp_info', () => {
  const socket = { name: 'app', span: SPAN };
  /** struct tcp_info: tcpi_state 1, tcpi_rto 204000 at offset 8; cut off behind tcpi_ato. */
  const bytes = new Uint8Array(16);
  bytes.set([1, 0, 3]);
  new DataView(bytes.buffer).setUint32(8, 204_000, true);

  it('is read by name', () => {
    const fields = [field('tcpi_state', 1), field('tcpi_retransmits', 3), field('tcpi_rto', 204_000)];
    expect(seen({ kind: 'tcp_info', socket, fields }, { tcpInfo: { bytes } })).toEqual({
      tcpi_state: 'fits',
      tcpi_retransmits: 'fits',
      tcpi_rto: 'fits',
    });
  });

  it('that is shorter than the field does not have it', () => {
    expect(seen({ kind: 'tcp_info', socket, fields: [field('tcpi_rtt', 0)] }, { tcpInfo: { bytes } })).toEqual({
      tcpi_rtt: 'absent',
    });
  });

  it('that could not be had says why', () => {
    expect(
      seen({ kind: 'tcp_info', socket, fields: [field('tcpi_state', 1)] }, { tcpInfo: { errno: 'EBADF' } }),
    ).toEqual({ tcpi_state: 'EBADF' });
  });
});

describe('proc_net_tcp', () => {
  const row = (fields: Partial<ProcNetTcpRow>): ProcNetTcpRow => ({
    localAddress: '192.168.0.1',
    localPort: 8080,
    remoteAddress: '192.0.2.1',
    remotePort: 40_001,
    state: 'ESTABLISHED',
    txQueue: 1,
    rxQueue: 2,
    retransmits: 3,
    ...fields,
  });
  const procNetTcp = [
    row({}),
    row({ state: 'LISTEN', remoteAddress: '0.0.0.0', remotePort: 0, rxQueue: 6, txQueue: 0, retransmits: 0 }),
    row({ state: 'LISTEN', localPort: 81, remotePort: 0, rxQueue: 9 }),
  ];

  it('is the row of the connection', () => {
    const fields = [field('state', 'ESTABLISHED'), field('tx_queue', 1), field('rx_queue', 2), field('retransmits', 3)];
    expect(seen({ kind: 'proc_net_tcp', fields }, { procNetTcp })).toEqual({
      state: 'fits',
      tx_queue: 'fits',
      rx_queue: 'fits',
      retransmits: 'fits',
    });
  });

  it('is the row of the listener where a port is named, or where there is no connection', () => {
    expect(seen({ kind: 'proc_net_tcp', port: 81, fields: [field('rx_queue', 9)] }, { procNetTcp })).toEqual({
      rx_queue: 'fits',
    });
    const without = { ...CONTEXT, connection: undefined };
    expect(seen({ kind: 'proc_net_tcp', fields: [field('rx_queue', 6)] }, { procNetTcp }, without)).toEqual({
      rx_queue: 'fits',
    });
  });

  it.each(PROC_NET_TCP_FIELDS)('knows %s', (name) => {
    expect(seen({ kind: 'proc_net_tcp', fields: [field(name, -1)] }, { procNetTcp })).not.toEqual({ [name]: 'absent' });
  });
});
