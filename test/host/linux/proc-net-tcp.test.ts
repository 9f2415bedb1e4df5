import { describe, expect, it } from 'vitest';
import { parseProcNetTcp } from '../../../src/host/linux/proc-net-tcp';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import { establish, IPV4, listen, PORT, segment } from '../../support/segments';

const { open } = useTestHost();

describe('/proc/net/tcp and tcp6', () => {
  it('have addresses in the byte order of the machine, and numbers in hex', () => {
    const text = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100A8C0:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0        0 12345 1 0000000000000000 100
   1: 0100A8C0:1F90 010200C0:9C41 03 0000001A:00000000 01:00000063 00000002     0        0 0 1 0000000000000000`;
    expect(parseProcNetTcp(text)).toEqual([
      {
        localAddress: '192.168.0.1',
        localPort: 8080,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        state: 'LISTEN',
        txQueue: 0,
        rxQueue: 5,
        retransmits: 0,
      },
      {
        localAddress: '192.168.0.1',
        localPort: 8080,
        remoteAddress: '192.0.2.1',
        remotePort: 40001,
        state: 'SYN_RECV',
        txQueue: 26,
        rxQueue: 0,
        retransmits: 2,
      },
    ]);
  });

  it('show IPv6 addresses, and mapped ones as IPv4', () => {
    const rest = '06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000';
    const text = `   0: B80D0120000000000000000001000000:1F90 0000000000000000FFFF0000010200C0:9C41 ${rest}`;
    expect(parseProcNetTcp(text)).toMatchObject([
      { localAddress: '2001:db8::1', remoteAddress: '192.0.2.1', state: 'TIME_WAIT' },
    ]);
  });
});

describe('the table of a run', () => {
  it('has listeners, requests and connections', () => {
    const run = open();
    listen(run, 5, '::');
    establish(run, IPV4, 40001);
    run.inject(segment(IPV4, 40002, TCP_FLAG.SYN));
    const rows = run.procNetTcp().map(({ state, localPort, remotePort }) => ({ state, localPort, remotePort }));
    expect(rows).toContainEqual({ state: 'LISTEN', localPort: PORT, remotePort: 0 });
    expect(rows).toContainEqual({ state: 'SYN_RECV', localPort: PORT, remotePort: 40002 });
    expect(rows).toContainEqual({ state: 'ESTABLISHED', localPort: PORT, remotePort: 40001 });
  });
});
