import { describe, expect, it } from 'vitest';
import { timelineLines } from '../../src/report/timeline';
import { networkOf } from '../../src/timeline/network';
import {
  after,
  afterLast,
  at,
  connection,
  expects,
  inject,
  MS,
  S,
  seg,
  silence,
  timelineOf,
  within,
} from '../support/builders';

describe('a timeline', () => {
  it('as `packetspec show` prints it', () => {
    const timeline = timelineOf(
      [
        inject(seg('S', { seq: 0 }), { label: 'inject S 0:0(0)' }),
        expects(seg('S.', { seq: 0, ack: 1 }), { label: 'expect S. 0:0(0) ack 1', when: within(2 * S) }),
        expects(seg('S.', { seq: 0, ack: 1 }), { label: 'expect S. 0:0(0) ack 1', when: afterLast(S) }),
        inject(seg('.'), { label: 'inject .', when: after(10 * MS, 20 * MS), connection: 1 }),
        inject(seg('.'), { label: 'inject .', when: at(9 * S), connection: 1 }),
        silence(S, { label: 'silence 1s' }),
      ],
      {
        file: 'specs/a.yaml',
        name: 'A name',
        variant: { ip: 'ipv6', matrix: { backlog: 5 }, label: 'ipv6 backlog=5' },
        network: networkOf('ipv6', undefined),
        sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '0', place: { line: 2, column: 1, text: '' } }],
        server: { command: 'nc -l 8080', port: 8080, readyWithinNs: S, place: { line: 3, column: 1, text: '' } },
        connections: [
          connection(0),
          connection(1, { name: 'out', role: 'active', localPort: undefined, remotePort: 8080 }),
        ],
      },
    );
    expect(`\n${timelineLines(timeline).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      specs/a.yaml [ipv6 backlog=5] A name
        network     fd3d:a0b:17d6::1/48 (kernel) - fd3d:fa7b:d17d::1/48 (harness), mtu 1520, link tun
        sysctl      net.ipv4.tcp_syncookies = 0
        server      nc -l 8080 (port 8080)
        connection  default: passive, kernel port 8080, harness 192.0.2.1 port 40001
        connection  out: active, kernel port learned, harness 192.0.2.1 port 8080
           0  line 10   at once            default: inject S 0:0(0)
           1  line 11   any (2s)           default: expect S. 0:0(0) ack 1
           2  line 12   last+1s            default: expect S. 0:0(0) ack 1
           3  line 13   +10ms~+20ms        out: inject .
           4  line 14   9s                 out: inject .
           5  line 15   at once            silence 1s
      "
    `);
  });
});
