/** What is asked of the kernel directly leaves what the programs leave; seen by the programs themselves. */
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/base/nanoseconds';
import { requestsDirectly } from '../../../src/host/linux/one-request';
import type { Run } from '../../../src/host/host';
import { output, temporaryFolder, useTestHost } from '../../support/live';
import { IPV4 } from '../../support/segments';

const { open } = useTestHost();

const PFIFO = ['tc', 'qdisc', 'add', 'dev', 'tun0', 'root', 'pfifo'];
const FLUSH = ['ip', 'tcp_metrics', 'flush', 'all'];

function qdiscs(): string {
  return output('tc', ['-details', 'qdisc', 'show', 'dev', 'tun0']);
}

function outcomeOf(run: Run, text: string): unknown {
  return run.shell({ text, folder: temporaryFolder, limitNs: 5 * NS_PER_S }).outcome;
}

/** The kernel remembers a peer once a connection with it has ended. */
const CONNECT = `python3 -c "
import socket
listener = socket.create_server(('127.0.0.1', 8080))
client = socket.create_connection(('127.0.0.1', 8080))
server, _ = listener.accept()
client.close()
server.close()"`;

describe('asked directly', () => {
  it('a qdisc is the one that tc makes', () => {
    open(IPV4);
    output('tc', PFIFO.slice(1));
    const byProgram = qdiscs();
    output('tc', ['qdisc', 'delete', 'dev', 'tun0', 'root']);
    expect(requestsDirectly(PFIFO)).toBe(true);
    // The kernel counts them for the whole machine, from 8001 to ffff (qdisc_alloc_handle).
    const handle = / [89a-f][0-9a-f]{3}: /;
    expect(qdiscs().replace(handle, ' HANDLE ')).toBe(byProgram.replace(handle, ' HANDLE '));
    expect(byProgram).toMatch(/^qdisc pfifo [89a-f]\w+: root .*limit \d+p/);
  });

  it('the memory of peers is empty afterwards', () => {
    const run = open(IPV4);
    expect(outcomeOf(run, CONNECT)).toMatchObject({ status: 0 });
    expect(output('ip', ['tcp_metrics', 'show'])).toContain('127.0.0.1');
    expect(requestsDirectly(FLUSH)).toBe(true);
    expect(output('ip', ['tcp_metrics', 'show'])).toBe('');
  });

  it.each([
    [...PFIFO, 'limit', '0'],
    PFIFO.with(3, 'nothing0'),
    PFIFO.with(2, 'replace'),
    [...FLUSH, '10.0.0.1'],
    ['ip', 'tcp_metrics', 'show'],
    // Quoted words with a blank in them, of which `tc` and `ip` know nothing.
    ['tc', 'qdisc add', 'dev', 'tun0', 'root', 'pfifo'],
    ['ip', 'tcp_metrics', 'flush all'],
  ])('%s %s %s %s ... is left to the program', (...words) => {
    open(IPV4);
    const before = qdiscs();
    expect(requestsDirectly(words)).toBe(false);
    expect(qdiscs()).toBe(before);
  });
});

describe('what the kernel refuses', () => {
  it('is said in the words of tc', () => {
    const run = open(IPV4);
    expect(outcomeOf(run, PFIFO.join(' '))).toEqual({ status: 0, timedOut: false, output: '' });
    const byShell = outcomeOf(run, `: ; ${PFIFO.join(' ')}`);
    expect(byShell).toMatchObject({ status: 2, output: expect.stringMatching(/exist|Exclusivity/i) });
    expect(outcomeOf(run, PFIFO.join(' '))).toEqual(byShell);
  });
});
