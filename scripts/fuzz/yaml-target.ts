/** Specs in YAML, `script` steps included. */
import { mutateText } from './mutate';
import { PKT_WORDS, pktEvents } from './pkt-scripts';
import type { Random } from './random';
import { filesOf } from './seeds';
import { checkSpec } from './sound';
import { bytesOf, type Target, textOf } from './target';

const WIDE = `name: wide
about: everything once
requires: { kernel: ">=4.10 <99", sysctls: [net.ipv4.tcp_sack], commands: [sh] }
ip: [ipv4, ipv6, ipv4-mapped]
matrix: { backlog: [1, 2], flags: ["S", "SEW"] }
variables: { port: 8080, limit: "\${backlog + 1}" }
sysctls: { net.ipv4.tcp_syncookies: "0" }
network: { mtu: 1400 }
server: { listen: "\${port}", backlog: "\${backlog}", options: { TCP_DEFER_ACCEPT: 1 } }
strays: report
tolerance: { early: 1ms, late: 10ms, percent: 5 }
connections:
  a: { remote_port: 40001 }
  b: { local_port: 8081 }
steps:
  - inject: \${flags} 0:0(0) win 64240 <mss 1460,nop,wscale 7,sackOK,nop,nop>
    connection: a
    ip: { ttl: 9, ecn: ect0 }
  - { expect: "S. 0:0(0) ack 1 <mss 1460, ...>", at: +0~+1s, connection: a }
  - repeat: "\${limit}"
    as: c
    steps:
      - inject: S 0:0(0) win 1
  - any_order:
      - expect: S. 0:0(0) ack 1 <...>
  - retransmit: { expect: "S. 0:0(0) ack 1", times: 2, first: 1s }
  - silence: 100ms
  - call: accept(server, ..., ...) = app
    returns: +100ms
  - queue: { accept: 0, limit: ">=1" }
  - counters: { TcpExt.ListenDrops: 1..3 }
  - mark: here
  - tcp_info: { socket: app, tcpi_state: 1 }
  - wait: 1ms
`;

const YAML_WORDS = [
  ...[
    'name: ',
    'steps:\n',
    '  - inject: ',
    '  - expect: ',
    '    at: ',
    '    within: ',
    '    connection: ',
    'server: { listen: 80 }\n',
  ],
  ...[
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '? ',
    '---\n',
    '...\n',
    '|2-\n',
    '>\n',
    '"\\u0000"',
    "'",
    '${',
    `\${1/0}`,
    `\${2**99}`,
    '{}',
    '[]',
    '~',
  ],
  ...[
    'repeat: 100000',
    'repeat: -1',
    'matrix: { a: [1, 2, 3, 4, 5, 6, 7, 8, 9] }\n',
    '__proto__: 1\n',
    'constructor: 1\n',
  ],
];

export const yamlTarget: Target = {
  name: 'yaml',
  extension: 'yaml',
  seeds: () => [bytesOf(WIDE), ...filesOf('yaml', 'yaml')],
  make: (random, pool) => {
    const text = random.oneIn(4) ? withScript(random) : textOf(random.pick(pool));
    return bytesOf(mutateText(text, random, () => textOf(random.pick(pool)), random.oneIn(4) ? PKT_WORDS : YAML_WORDS));
  },
  check: (input) =>
    checkSpec({ path: 'fuzz/x.yaml', text: textOf(input) }, { set: new Map([['backlog', '1']]), maxCombinations: 16 }),
};

/** Events of a script, as a block of text in the midst of steps. */
function withScript(random: Random): string {
  const lines = pktEvents(random).split('\n');
  const block = lines.map((line) => `      ${line}`.trimEnd()).join('\n');
  return `name: x\nserver: { listen: 8080 }\nsteps:\n  - script: ${random.pick(['|', '|', '>', '|-', '|+'])}\n${block}\n    connection: c\n  - wait: 1ms\n`;
}
