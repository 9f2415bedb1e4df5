/** A generator of packetdrill scripts: right ones as a rule, wide rather than sensible. */
import { CALLS } from '../../src/spec/notation/call-table';
import { PKT_OPTION_NAMES } from '../../src/spec/pkt/options';
import type { Random } from './random';

type Maker = (random: Random) => string;

const CALL_TEXTS = [
  'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  'socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3',
  'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 4',
  'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0',
  'setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0',
  'setsockopt(3, SOL_TCP, TCP_CONGESTION, "reno", 4) = 0',
  'getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0',
  'bind(3, ..., ...) = 0',
  'listen(3, 1) = 0',
  'accept(3, ..., ...) = 4',
  'connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)',
  'connect(3, AF_UNSPEC, ...) = 0',
  'fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)',
  'fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0',
  'read(4, ..., 1000) = 1000',
  'readv(4, [{..., 10}, {..., 20}], 2) = 30',
  'recv(4, ..., 10, MSG_PEEK) = -1 EAGAIN (Resource temporarily unavailable)',
  'recvfrom(4, ..., 10, 0, ..., ...) = 10',
  'write(4, ..., 1000) = 1000',
  'writev(4, [{..., 10}], 1) = 10',
  'send(4, ..., 1000, MSG_NOSIGNAL) = 1000',
  'sendto(3, ..., 500, MSG_FASTOPEN, ..., ...) = 500',
  'sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 4000}], msg_flags=0}, MSG_ZEROCOPY) = 4000',
  'recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=MSG_ERRQUEUE, msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_type=0, ee_code=1, ee_info=0, ee_data=0}}]}, MSG_ERRQUEUE) = 0',
  'recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=0, msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0,scm_nsec=20000000}}]}, 0) = 0',
  'ioctl(4, SIOCINQ, [1000]) = 0',
  'poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, 0) = 1',
  'epoll_create(1) = 5',
  'epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = 0',
  'epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1',
  'open("/dev/null", O_RDWR) = 6',
  'sendfile(4, 6, [0], 10) = 10',
  'pipe([7, 8]) = 0',
  'splice(7, NULL, 4, NULL, 10, 0) = 10',
  'shutdown(4, SHUT_WR) = 0',
  'close(4) = 0',
  'cap_set(CAP_EFFECTIVE, CAP_NET_ADMIN, CAP_CLEAR) = 0',
];

const OPTIONS_OF_TCP = [
  'mss 1460',
  'nop',
  'eol',
  'wscale 7',
  'sackOK',
  'sack 1:1001',
  'sack 1:1001 2001:3001',
  'TS val 1000 ecr 0',
  'TS val 40 ecr 100',
  'FO',
  'FO 3021b9d889017eeb',
  'FOEXP TFO_COOKIE',
  'md5 00112233445566778899aabbccddeeff',
  'ECN e0b 1 ceb 0 e1b 1',
  'ECN e1b 1',
];

const IP_INFOS = [
  '[ect0] ',
  '[ce] ',
  '(noecn) ',
  '[tos 0x1c] ',
  '[flowlabel 0x7] ',
  '[ttl 9] ',
  '[tos 0x1c, flowlabel 2] ',
];
const LAYERS = [
  'ipv4 192.0.2.1 > 192.0.2.2: ',
  'ipv6 2001:db8::1 > 2001:db8::2: ',
  'gre: ',
  'gre flags 0x2000, key=0x7: ',
  'gre flags 0xb000, sum 0x1, off 0x2, key=0x3, seq 4: ',
  'mpls (label 17,tc 0,[S],ttl 64): ',
  'mpls (label 16,tc 1,ttl 3)(label 17,tc 0,[S],ttl 64): ',
  'encap psp spi 1 ',
];
const ICMP = [
  'icmp unreachable port_unreachable [1:1001(1000)]',
  'icmp unreachable frag_needed mtu 1200 [1:1461(1460)]',
  'icmp packet_too_big mtu 1280',
  'icmp echo_request id 7 [raw (16)]',
  'icmp time_exceeded [udp (20)]',
  'icmp unreachable CODE [0:0(0)]',
  'icmp type_3 code_4',
];
const CODES = [
  'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
  'assert (tcpi_options & TCPI_OPT_SACK) != 0, tcpi_options',
  'print(tcpi_rtt)',
  'x = 5\ny = x * 2\nassert y > tcpi_unacked',
  'if tcpi_state == TCP_ESTABLISHED:\n  assert True\nelse:\n  assert False, "state"',
  'import os\nassert os',
];
const COMMANDS = [
  'sysctl -q net.ipv4.tcp_sack=1',
  './defaults.sh',
  '../common/defaults.sh\n./set_sysctls.py /proc/sys/net/ipv4/tcp_min_tso_segs=1',
  'tc qdisc add dev tun0 root pfifo',
  'true',
];
const TIMES = ['0', '+0', '+.1', '+0.25', '1', '2.000001', '*', '+0~+0.1', '1~2', '+0...0.1', '0...1', '+1...+2'];

/** Words that are put where they do not belong. */
export const PKT_WORDS: readonly string[] = [
  ...CALLS.keys(),
  ...PKT_OPTION_NAMES.map((name) => `--${name}=`),
  ...CALL_TEXTS,
  ...OPTIONS_OF_TCP,
  ...IP_INFOS,
  ...LAYERS,
  ...ICMP,
  ...CODES.map((code) => `%{ ${code} }%`),
  ...TIMES,
  ...[
    '...',
    'NULL',
    '<...>',
    'win',
    'ack',
    'urg',
    'sa_family',
    'htons(',
    'inet_addr("',
    '`',
    '%{',
    '}%',
    '//',
    '/*',
    '*/',
    '#',
  ],
];

const VALUES = [
  '1',
  '0',
  '1500',
  'ipv4',
  'ipv6',
  'ipv4-mapped-ipv6',
  '192.0.2.1',
  '192.0.2.1/24',
  'fd3d::1',
  '"a b"',
  'A=1',
  'A="x"',
  'packet',
  '""',
];

const option: Maker = (random) => {
  const name = random.pick(PKT_OPTION_NAMES);
  return random.oneIn(6) ? `--${name}\n` : `--${name}=${random.pick(VALUES)}\n`;
};

const segment: Maker = (random) => {
  const flags = random.pick(['S', 'S.', '.', 'P.', 'F.', 'R', 'R.', 'SEW', 'S.E', 'P.5', '-', 'SA', 'FP.U', 'SEWA']);
  const start = random.pick([0, 1, 1001, 4_294_967_295]);
  const length = random.oneIn(2) ? 0 : random.pick([1, 1000, 1460, 65_535]);
  const ports = random.oneIn(12) ? `${random.between(0, 65_536)} > ${random.between(0, 65_536)} ` : '';
  const ack = random.oneIn(4) ? '' : ` ack ${random.pick([0, 1, 1001])}`;
  const window = random.oneIn(3) ? '' : ` win ${random.pick([0, 257, 65_535])}`;
  const urgent = random.oneIn(15) ? ' urg 3' : '';
  return `${ports}${flags} ${start}:${start + length}(${length})${ack}${window}${urgent}${optionList(random)}`;
};

function optionList(random: Random): string {
  if (random.oneIn(3)) return '';
  if (random.oneIn(5)) return ' <...>';
  return ` <${Array.from({ length: random.between(1, 4) }, () => random.pick(OPTIONS_OF_TCP)).join(random.pick([',', ', ']))}>`;
}

const packet: Maker = (random) => {
  const layers = random.oneIn(12) ? random.pick(LAYERS) : '';
  const info = random.oneIn(10) ? random.pick(IP_INFOS) : '';
  const what = random.oneIn(15)
    ? random.pick(ICMP)
    : random.oneIn(20)
      ? `udp (${random.below(2000)})`
      : segment(random);
  return `${random.pick(['<', '>'])} ${info}${layers}${what}`;
};

const event: Maker = (random) => {
  const time = random.oneIn(4) ? random.pick(TIMES) : random.pick(['+0', '+.01', '+0.1']);
  const bodies: readonly Maker[] = [
    packet,
    packet,
    () => random.pick(CALL_TEXTS),
    () => random.pick(CALL_TEXTS),
    () => `%{ ${random.pick(CODES)} }%`,
    () => `\`${random.pick(COMMANDS)}\``,
  ];
  const comment = random.oneIn(15) ? random.pick([' // note', ' /* note */', '\n/** x **/']) : '';
  return `${random.pick(['', '  '])}${time} ${random.pick(bodies)(random)}${comment}\n`;
};

const HANDSHAKE = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
`;

/** Events alone, as they stand in a `script` step. */
export function pktEvents(random: Random): string {
  return Array.from({ length: random.between(1, 8) }, () => event(random)).join('');
}

/** A whole script. */
export function pktScript(random: Random): string {
  const options = Array.from({ length: random.oneIn(2) ? 0 : random.between(1, 4) }, () => option(random)).join('');
  const init = random.oneIn(3) ? `\`${random.pick(COMMANDS)}\`\n` : '';
  const cleanup = random.oneIn(5) ? `\`/tmp/sysctl_restore_\${PPID}.sh\`\n` : '';
  return `${random.oneIn(3) ? '// A script.\n' : ''}${options}${init}${random.oneIn(4) ? '' : HANDSHAKE}${pktEvents(random)}${cleanup}`;
}
