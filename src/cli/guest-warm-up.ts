/**
 * What a guest does before it is saved: a spec with most of what specs do, so that a run finds everything done that is done
 * once. The kernel draws its secrets at the first connection, which takes 6 ms of virtual time at the first connect();
 * Node reads and compiles each function when it is first called; a thread for calls that sleep takes a second of the
 * host's time.
 */
import { parseSpec } from '../spec/parse';
import type { SourceFile } from '../spec/source';
import type { PktSettings } from '../spec/spec';
import { compile } from '../timeline/compile';
import { networkOf } from '../timeline/network';
import type { Network, Timeline } from '../timeline/timeline';
import { DEFAULT_MAX_COMBINATIONS } from './limits';

const SPEC = `
name: What most specs do
sysctls: { net.ipv4.tcp_synack_retries: 2 }
server: { listen: 8080, backlog: 5 }
steps:
  - repeat: 3
    as: client
    steps:
      - inject: S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7>
      - expect: S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 1000,nop,wscale *>
      - inject: . 1:1(0) ack 1 win 64240 <nop,nop,TS val 1001 ecr 100>
  - queue: { accept: 3, limit: 5, syn: 0 }
  - mark: before
  - call: accept(server, ..., ...) = app
  - { connection: client1, inject: "P. 1:11(10) ack 1 win 64240 <nop,nop,TS val 1002 ecr 100>" }
  - { connection: client1, expect: ". 1:1(0) ack 11 <nop,nop,TS val 200 ecr 1002>" }
  - call: read(app, ..., 100) = 10
  - { call: "read(app, ..., 100) = 1", returns: +10ms }
  - { connection: client1, inject: "P. 11:12(1) ack 1 win 64240 <nop,nop,TS val 1003 ecr 200>", at: +10ms }
  - { connection: client1, expect: ". 1:1(0) ack 12 <...>" }
  - { call: "write(app, ..., 100) = 100", at: +10ms } # until then, the thread that reads has its turn
  - { connection: client1, expect: "P. 1:101(100) ack 12 <...>" }
  - { connection: client1, inject: ". 12:12(0) ack 101 win 64240 <nop,nop,TS val 1004 ecr 200>" }
  - { connection: client1, socket: { state: ESTABLISHED, recv_queue: 0 } }
  - { socket: app, tcp_info: { tcpi_snd_cwnd: ">0" } }
  - call: close(app) = 0
  - { connection: client1, expect: "F. 101:101(0) ack 12 <...>" }
  - { connection: client1, inject: "R. 12:12(0) ack 102 win 0" }
  - counters: { ListenOverflows: 0, ListenDrops: 0 }
  - silence: 20ms
  - { connection: late, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: late, expect: "S. 0:0(0) ack 1 <mss 1460>" }
  - { connection: late, retransmit: { segment: "S. 0:0(0) ack 1 <mss 1460>", times: 1, first: 1s } }
  - { connection: out, inject: ". 1000:1000(0) ack 5000 win 64240" }
  - { connection: out, expect: "R 5000:5000(0)" }
  - call: socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = mine
  - { connection: mine, call: "connect(mine, ..., ...) = -1 EINPROGRESS" }
  - { connection: mine, expect: "S 0:0(0) <...>" }
  - { connection: mine, inject: "S. 0:0(0) ack 1 win 64240 <mss 1460>" }
  - { connection: mine, expect: ". 1:1(0) ack 1" }
`;

/** What many specs do: full queues, ends of connections, repetitions, cookies. QEMU has translated that when it is copied. */
const MORE = `
name: What many specs do
sysctls:
  net.ipv4.tcp_syncookies: 0
  net.ipv4.tcp_fin_timeout: 2
  net.ipv4.tcp_synack_retries: 0
server: { listen: 8080, backlog: 1 }
strays: fail
steps:
  - repeat: 2
    as: queued
    steps:
      - inject: S 0:0(0) win 64240 <mss 1460>
      - expect: S. 0:0(0) ack 1 <mss 1460>
      - inject: . 1:1(0) ack 1 win 64240
  - { connection: dropped, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - counters: { ListenOverflows: 1, ListenDrops: 1 }
  - call: accept(server, ..., ...) = app
  - { connection: queued1, call: "write(app, ..., 1000) = 1000" }
  - { connection: queued1, expect: "P. 1:1001(1000) ack 1" }
  - { connection: queued1, retransmit: { segment: "P. 1:1001(1000) ack 1", times: 1, first: 200ms } }
  - { connection: queued1, socket: { state: ESTABLISHED, send_queue: 1000, timer: "on" } }
  - { connection: queued1, inject: ". 1:1(0) ack 1001 win 64240" }
  - { connection: queued1, call: close(app) = 0 }
  - { connection: queued1, expect: "F. 1001:1001(0) ack 1" }
  - { connection: queued1, inject: ". 1:1(0) ack 1002 win 64240" }
  - sockets: { FIN_WAIT2: 1, LISTEN: 1 }
  - { connection: queued1, inject: "F. 1:1(0) ack 1002 win 64240" }
  - { connection: queued1, expect: ". 1002:1002(0) ack 2" }
  - sockets: { TIME_WAIT: 1 }
  - call: accept(server, ..., ...) = gone
  - { connection: queued2, inject: "F. 1:1(0) ack 1 win 64240" }
  - { connection: queued2, expect: ". 1:1(0) ack 2", within: 60ms }
  - { connection: queued2, call: "setsockopt(gone, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0" }
  - call: close(gone) = 0
  - { connection: queued2, expect: "R. 1:1(0) ack 2" }
  - sysctl: { net.ipv4.tcp_syncookies: 2 }
  - { connection: cookie, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: cookie, expect: "S. 0:0(0) ack 1 <mss 1460>" }
  - { connection: cookie, inject: ". 1:1(0) ack 1 win 64240" }
  - counters: { SyncookiesSent: 1, SyncookiesRecv: 1 }
  - { connection: cookie, inject: "R 1:1(0) win 0" }
  - { connection: cookie, socket: { state: CLOSED } }
  - { connection: lost, call: "socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = lost" }
  - { connection: lost, call: "connect(lost, ..., ...) = -1 EINPROGRESS" }
  - { connection: lost, expect: "S 0:0(0) <...>" }
  - { connection: lost, inject: "R. 0:0(0) ack 1 win 0" }
  - { connection: lost, call: "connect(lost, ..., ...) = -1 ECONNREFUSED" }
  - sysctl: { net.ipv4.tcp_syncookies: 0 }
  - { connection: waiting, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: waiting, expect: "S. 0:0(0) ack 1 <mss 1460>" }
  - sockets: { SYN_RECV: 1 }
  - sockets: { SYN_RECV: 0 }
    within: 3s
`;

/**
 * What comes with time: an end of patience for each of TCP's timers, and whatever the kernel does once a second, or once in five minutes. QEMU has
 * translated that when it is copied; without, each run of a minute would have it do so.
 */
const LATE = `
name: What time brings
ip: ipv4
sysctls: { net.ipv4.tcp_retries2: 3 }
server: { listen: 8080, backlog: 5 }
steps:
  - repeat: 3
    as: client
    steps:
      - inject: S 0:0(0) win 64240 <mss 1460>
      - expect: S. 0:0(0) ack 1 <mss 1460>
      - inject: . 1:1(0) ack 1 win 64240
  - call: accept(server, ..., ...) = silent
  - { connection: client1, call: "setsockopt(silent, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0" }
  - { connection: client1, call: "setsockopt(silent, IPPROTO_TCP, TCP_KEEPIDLE, [2], 4) = 0" }
  - { connection: client1, call: "setsockopt(silent, IPPROTO_TCP, TCP_KEEPINTVL, [1], 4) = 0" }
  - { connection: client1, call: "setsockopt(silent, IPPROTO_TCP, TCP_KEEPCNT, [2], 4) = 0" }
  - call: accept(server, ..., ...) = deaf
  - { connection: client2, call: "write(deaf, ..., 100) = 100" }
  - call: accept(server, ..., ...) = full
  - { connection: client3, inject: ". 1:1(0) ack 1 win 0" }
  - { connection: client3, call: "write(full, ..., 100) = 100" }
  - wait: 6min
`;

/** What scripts have besides: the super-segments of their device, code blocks, commands. */
const SCRIPT = `
\`sysctl -q net.ipv4.tcp_sack=1
ip tcp_metrics flush all > /dev/null 2>&1
tc qdisc add dev tun0 root pfifo\`
   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
  +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
  +0 bind(3, ..., ...) = 0
  +0 listen(3, 1) = 0
  +0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop,nop,wscale 7>
  +0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 1000
  +0 accept(3, ..., ...) = 4
  +0 write(4, ..., 3000) = 3000
  +0 > P. 1:3001(3000) ack 1
  +0 %{
assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd
assert 0 <= tcpi_busy_time <= 10**6 and tcpi_unacked in (3, 4), tcpi_unacked
  }%
  +0 < . 1:1(0) ack 2001 win 1000 <sack 2501:3001,nop,nop>
+.01 < . 1:1(0) ack 3001 win 1000
  +0 \`true\`
`;

/** The programs that specs start as servers and clients, as far as this host has them. */
const PROGRAMS = `
+0 \`nginx -v; ab -V > /dev/null; pgrep --ns $$ nobody; true\`
`;
/** One that has taken a connection, from which it hears nothing. */
const SERVED = `
  - queue: { accept: 0, limit: 5 }
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 0 }
    within: 5s
`;
/** A server is started in another way than a command: with parts of Node that are read and compiled for the first one. */
const NODE_SERVER = `
name: A server of Node that is busy
ip: ipv4
server:
  command: >-
    exec ${process.execPath} -e '
    const busy = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    require("net").createServer(busy).listen({ port: 8080, host: "::", backlog: 5 })'
  port: 8080
  ready_within: 60s
steps:
${SERVED}`;
const PYTHON_SERVER = `
name: A server of Python that waits for a request
ip: ipv4
requires: { commands: [python3] }
server:
  command: >-
    exec python3 -c "import http.server, socket;
    S = type('S', (http.server.HTTPServer,), dict(address_family=socket.AF_INET6, request_queue_size=5));
    S(('::', 8080), http.server.SimpleHTTPRequestHandler).serve_forever()"
  port: 8080
  ready_within: 60s
steps:
${SERVED}`;
/**
 * Waits for the end of `ab`, which runs beside the steps. It is looked for by its command line, which its shell has already: a busy
 * machine may not have started it yet. The brackets keep this command from finding itself.
 */
const END_OF_AB =
  '+0 `pid=$(pgrep --newest --ns $$ --nslist net -f "[a]b -q"); while [ -e /proc/$pid/exe ]; do sleep 0.1; done`';
const PYTHON_LOAD = `
name: A slow server of Python under the load of ab
requires: { commands: [python3, ab, pgrep] }
server:
  command: >-
    exec python3 -c "import socket, socketserver, time;
    first = [2.5, 0.02];
    H = type('H', (socketserver.BaseRequestHandler,), dict(handle=lambda self: (self.request.recv(4096),
    time.sleep(first.pop() if first else 0.02), self.request.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\n'))));
    S = type('S', (socketserver.TCPServer,), dict(address_family=socket.AF_INET6, request_queue_size=2));
    S(('::', 8080), H).serve_forever()"
  port: 8080
  ready_within: 60s
steps:
  - script: +0 \`ab -q -n 40 -c 10 http://$PACKETSPEC_HOST:8080/ &\`
  - queue: { accept: 3 }
    within: 60s
  - script: ${END_OF_AB}
  - counters: { Tcp.PassiveOpens: ">=30", ListenOverflows: ">=1" }
`;
/** A server under load, one that is stopped and goes on, and a flood: what they do is much code, and QEMU has translated it when it is copied. */
const LOAD = `
name: nginx under the load of ab
requires: { commands: [nginx, ab, unshare, mount, pgrep, pkill] }
server:
  command: >-
    exec unshare --mount sh -ec '
    mount -t tmpfs tmpfs /tmp;
    echo "daemon off; master_process off; user root root; pid nginx.pid; events {}
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server { listen [::]:8080 ipv6only=off backlog=5; return 200 ok; } }" > /tmp/nginx.conf;
    exec nginx -p /tmp/ -c nginx.conf -e stderr'
  port: 8080
  ready_within: 60s
steps:
  - queue: { accept: 0, limit: 5 }
  - script: +0 \`ab -q -n 20 -c 4 http://$PACKETSPEC_HOST:8080/ &\`
  - script: ${END_OF_AB}
  - counters: { Tcp.PassiveOpens: ">=20", ListenOverflows: 0 }
  - script: +0 \`pkill -STOP --ns $$ --nslist net nginx\`
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 1 }
  - script: +0 \`pkill -CONT --ns $$ --nslist net nginx\`
  - queue: { accept: 0 }
    within: 5s
`;
const FLOOD = `
name: A flood with cookies
sysctls: { net.ipv4.tcp_syncookies: 1 }
server: { listen: 8080, backlog: 16 }
steps:
  - flood: { segment: "S 0:0(0) win 64240 <mss 1460>", count: 300, answered: 300..350 }
  - queue: { accept: 0, syn: 17 }
  - sockets: { SYN_RECV: 17, LISTEN: 1 }
  - counters: { SyncookiesSent: 283 }
`;

const PROFILES = ['kselftest', 'packetdrill'];

/** The timelines: of specs over each IP version, and of a script. With kernel events, which take a second of the host's time to set up. */
export function guestWarmUps(): readonly Timeline[] {
  const scripts = timelinesOf({ path: 'warm-up.pkt', text: SCRIPT }, { ofScripts: { ip: ['ipv4'] } });
  return [...specsOf(SPEC, MORE), ...scripts];
}

/** What takes minutes, and under virtual time no longer than anything else. */
export function longWarmUp(): readonly Timeline[] {
  return timelinesOf({ path: 'warm-up.yaml', text: LATE }, { events: false });
}

/** The timelines of what runs start besides. QEMU takes seconds to translate these programs, and a copy of it has that. */
export function programWarmUp(): readonly Timeline[] {
  const commands = timelinesOf({ path: 'programs.pkt', text: PROGRAMS }, { ofScripts: { ip: ['ipv4'] } });
  return [...commands, ...specsOf(NODE_SERVER, PYTHON_SERVER, PYTHON_LOAD, LOAD, FLOOD)];
}

function specsOf(...texts: readonly string[]): readonly Timeline[] {
  return texts.flatMap((text) => timelinesOf({ path: 'warm-up.yaml', text }));
}

/** The networks of nearly all runs: those of specs that say nothing of theirs, and of the scripts of known runners. */
export function usualNetworks(): readonly Network[] {
  const scripts = PROFILES.flatMap((profile) =>
    timelinesOf({ path: 'warm-up.pkt', text: SCRIPT }, { ofScripts: { profile } }),
  );
  const networks = [...scripts.map(({ network }) => network), networkOf('ipv6'), networkOf('ipv4')];
  return [...new Map(networks.map((network) => [JSON.stringify(network), network])).values()];
}

interface Compiled {
  readonly ofScripts?: Partial<PktSettings>;
  readonly events?: boolean;
}

function timelinesOf(file: SourceFile, { ofScripts, events = true }: Compiled = {}): readonly Timeline[] {
  const pkt = { defines: new Map(), options: new Map(), gate: true, ...ofScripts };
  const settings = { set: new Map(), maxCombinations: DEFAULT_MAX_COMBINATIONS, pkt };
  return parseSpec(file, settings).specs.flatMap((spec) => compile(spec, { events }).timelines);
}
