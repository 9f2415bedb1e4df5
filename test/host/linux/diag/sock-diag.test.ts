import { describe, expect, it } from 'vitest';
import { TCP_FLAG } from '../../../../src/wire/wire';
import { output, useTestHost } from '../../../support/live';
import { answers, establish, IPV4, LIMIT_NS, listen, PORT, segment, succeeded } from '../../../support/segments';

const { open } = useTestHost();

describe('the sockets of a run', () => {
  it('sees the listener as ss does', () => {
    const run = open();
    listen(run, 2);
    for (const port of [40001, 40002, 40003]) establish(run, IPV4, port);
    const [listener] = run.sockets().filter(({ state }) => state === 'LISTEN');
    const [, receiveQueue, sendQueue] = output('ss', ['-Hltn', `sport = :${PORT}`])
      .trim()
      .split(/\s+/);
    expect(listener).toMatchObject({
      receiveQueue: 3,
      sendQueue: 2,
      localAddress: '0.0.0.0',
      localPort: PORT,
      family: 4,
    });
    expect([receiveQueue, sendQueue]).toEqual(['3', '2']);
  });

  it('sees requests, mapped addresses, TIME_WAIT and timers', () => {
    const run = open();
    const listener = listen(run, 5, '::');
    establish(run, IPV4, 40001);
    const { returned: fd, outputs } = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS));
    expect(outputs.peer).toBe('192.0.2.1:40001');
    succeeded(run.call({ name: 'close', fd }, LIMIT_NS));
    const [fin] = answers(run);
    const number = { seq: 1001, ack: (fin?.seq ?? 0) + 1 };
    run.inject(segment(IPV4, 40001, TCP_FLAG.FIN | TCP_FLAG.ACK, number));
    run.inject(segment(IPV4, 40002, TCP_FLAG.SYN));
    const remote = (port: number) => run.sockets().find(({ remotePort }) => remotePort === port);
    expect(remote(40001)).toMatchObject({ state: 'TIME_WAIT', timer: 'timewait', remoteAddress: '192.0.2.1' });
    expect(remote(40002)).toMatchObject({
      state: 'SYN_RECV',
      timer: 'on',
      retransmits: 0,
      localAddress: '192.168.0.1',
    });
    expect(run.sockets().find(({ state }) => state === 'LISTEN')).toMatchObject({ family: 6, localAddress: '::' });
  });

  it('reads dumps that are longer than one buffer', () => {
    const run = open();
    listen(run, 4096);
    for (let port = 10_000; port < 11_000; port++) run.inject(segment(IPV4, port, TCP_FLAG.SYN));
    expect(run.sockets().filter(({ state }) => state === 'SYN_RECV')).toHaveLength(1000);
  });
});
