/**
 * The shape of a spec: which keys there are, and what kind of value each takes. Texts with a grammar of their own
 * (segments, times, calls) are texts here.
 *
 * `zod/mini`, since it adds a sixth of what `zod` adds to the time of a start. A schema's `meta` is what editors show;
 * `wording` is how a message names what belongs in its place.
 */
import * as z from 'zod/mini';
import { PROC_NET_TCP_FIELDS, QUEUE_FIELDS, SOCKET_FIELDS } from '../fields';
import { LINK_KINDS } from '../link-kind';

export type Schema = z.core.$ZodType;

const WORDINGS = new WeakMap<Schema, string>();

/** How messages name what belongs here; `undefined` for what says it by its type. */
export function wordingOf(schema: Schema): string | undefined {
  return WORDINGS.get(schema);
}

function worded<T extends z.ZodMiniType>(schema: T, wording: string): T {
  WORDINGS.set(schema, wording);
  return schema;
}

/** The same kind of value under a description of its own. */
function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  const copy = schema.check(z.meta({ description }));
  const wording = WORDINGS.get(schema);
  if (wording !== undefined) WORDINGS.set(copy, wording);
  return copy;
}

function optional<T extends z.ZodMiniType>(schema: T, description: string): z.ZodMiniOptional<T> {
  return z.optional(described(schema, description));
}

function textual(wording: string): z.ZodMiniUnion<[z.ZodMiniString, z.ZodMiniNumber]> {
  return worded(z.union([z.string(), z.number()]), wording);
}

function whole(min: number, max: number): z.ZodMiniNumber {
  return worded(z.int().check(z.minimum(min), z.maximum(max)), 'a whole number');
}

function textList(wording: string): z.ZodMiniUnion<[z.ZodMiniString, z.ZodMiniArray<z.ZodMiniString>]> {
  return worded(z.union([z.string(), z.array(worded(z.string(), wording))]), `${wording}, or a list of them`);
}

const text = worded(z.string(), 'a text');
const scalar = worded(z.union([z.string(), z.number(), z.boolean()]), 'a number or a text');
const port = whole(1, 65_535);
const duration = textual('a duration such as `200ms`');
const time = textual('a time such as `+10ms`');
const segment = textual('a segment such as `S 0:0(0) win 64240 <mss 1460>`');
const flag = worded(z.boolean(), '`true` or `false`');
const name = textual('a name');
const hex = textual('bytes in hex such as `deadbeef`');
const number = worded(z.union([z.int(), z.string()]), 'a number, or bounds such as `">=3"`, `1..3` or `3..`');
const numberOrText = worded(z.union([z.int(), z.string()]), 'a number, bounds such as `">=3"`, or a text');

const tolerance = worded(
  z.union([
    duration,
    z.strictObject({
      early: optional(duration, 'How much earlier is still right.'),
      late: optional(duration, 'How much later is still right.'),
      percent: optional(
        worded(z.number().check(z.minimum(0), z.maximum(100)), 'a number of percent'),
        'Of the time since the step before.',
      ),
    }),
  ]),
  'a duration such as `10ms`, or `{ early: 1ms, late: 10ms, percent: 5 }`',
);

const payload = worded(
  z.union([
    text,
    z.strictObject({
      text: optional(text, 'The bytes as UTF-8 text.'),
      hex: optional(hex, 'The bytes in hex.'),
    }),
  ]),
  'a text, `{ text: ... }` or `{ hex: ... }`',
);

const ip = z.strictObject({
  ttl: optional(whole(0, 255), 'TTL or hop limit.'),
  tos: optional(whole(0, 255), 'The whole byte: DSCP and ECN.'),
  ecn: optional(
    worded(z.enum(['noecn', 'ect0', 'ect1', 'ce', 'ect01']), 'an ECN codepoint'),
    'The ECN bits alone; `ect01` expects either.',
  ),
  flow_label: optional(whole(0, 0xf_ffff), 'IPv6 flow label.'),
  id: optional(whole(0, 0xffff), 'IPv4 identification.'),
  df: optional(flag, "IPv4 don't fragment."),
});

const malformed = z.strictObject({
  ip_checksum: optional(whole(0, 0xffff), 'In place of the right one.'),
  ip_total_length: optional(whole(0, 0xffff), 'IPv4 total length, or IPv6 payload length.'),
  ip_header_length: optional(whole(0, 15), 'In words of 4 bytes.'),
  tcp_checksum: optional(whole(0, 0xffff), 'In place of the right one.'),
  data_offset: optional(whole(0, 15), 'In words of 4 bytes.'),
  reserved_bits: optional(whole(0, 7), 'The three bits behind the data offset.'),
  raw_options: optional(hex, 'The option area, byte by byte.'),
  truncate_to: optional(whole(0, 65_535), 'Cut the packet after so many bytes.'),
});

const connection = optional(name, 'Which connection; `default` when absent.');
const at = optional(time, 'When: `1.5s`, `+0.2s`, `last+1s`, `+1s~+2s`, `any`.');
const within = optional(duration, 'Not later than this after the step before, and not a moment more.');
const pollWithin = optional(duration, 'Look again and again until it holds, at most so long.');
const when = optional(
  textList('a condition on the kernel such as `kernel >= 6.4`'),
  'Only on these kernels: `kernel >= 5.15, kernel < 6.9`; all of it must hold. Absent: on all.',
);
const stepTolerance = optional(tolerance, 'In place of the tolerance of the spec.');
const stepPayload = optional(payload, 'The payload bytes.');
const stepIp = optional(ip, 'Fields of the IP header.');

const member = z.strictObject({ expect: segment, connection, payload: stepPayload, ip: stepIp });
const members = worded(z.array(member).check(z.minLength(1)), 'a list of `expect: SEGMENT`');

const rst = z.strictObject({
  within: described(duration, 'The latest moment, counted from the step before.'),
  not_before: optional(duration, 'The earliest moment.'),
  flags: optional(textual('flags such as `R.`'), 'Exactly these flags; when absent, RST with or without ACK.'),
});

const then = z.strictObject({
  silence: optional(duration, 'Nothing may come for so long after the last repetition.'),
  rst: optional(rst, 'The connection is reset.'),
  expect: optional(segment, 'Another segment comes.'),
  at: optional(time, 'When the other segment comes, counted from the last repetition.'),
});

const retransmit = z.strictObject({
  segment: described(segment, 'The segment that comes again.'),
  times: optional(whole(1, 1000), 'How many times.'),
  first: optional(duration, 'The first interval, counted from the last segment of the connection.'),
  backoff: optional(
    worded(z.number().check(z.minimum(1), z.maximum(16)), 'a number of at least 1'),
    'Factor from one interval to the next; 2 when absent.',
  ),
  intervals: optional(
    worded(z.array(duration).check(z.minLength(1)), 'a list of durations'),
    'Every interval, in place of times, first and backoff.',
  ),
  then: optional(then, 'What comes after the last repetition.'),
});

function fieldMap(names: readonly string[], value: z.ZodMiniType): Record<string, z.ZodMiniOptional> {
  return Object.fromEntries(names.map((field) => [field, z.optional(value)]));
}

const sysctlValues = z.record(
  z.string(),
  worded(
    z.union([
      z.string(),
      z.number(),
      z.array(worded(z.union([z.string(), z.number()]), 'a number or a text')).check(z.minLength(1)),
    ]),
    'a number, a text or a list of them',
  ),
);

const reason = optional(
  textList('the name of a reason such as `TCP_LISTEN_OVERFLOW`'),
  "The kernel's reason, without its prefix, or one of several.",
);

const drop = z.strictObject({
  segment: optional(segment, 'The injected segment.'),
  connection,
  reason,
  function: optional(text, 'The kernel function that dropped it.'),
});

const reset = z.strictObject({
  by: described(worded(z.enum(['kernel', 'peer']), '`kernel` or `peer`'), 'Who reset the connection.'),
  reason,
});

const valueRecord = z.record(z.string(), number);

/** The schema of each kind of step, by its action's key. `steps` of `repeat` are looked at one by one elsewhere. */
export const STEP_SCHEMAS = {
  inject: z.strictObject({
    inject: described(segment, 'Send this segment to the kernel under test.'),
    connection,
    at,
    tolerance: stepTolerance,
    payload: stepPayload,
    ip: stepIp,
    malformed: optional(malformed, 'Header fields that are wrong on purpose.'),
    when,
  }),
  expect: z.strictObject({
    expect: described(segment, 'The kernel under test sends this segment.'),
    connection,
    at,
    within,
    tolerance: stepTolerance,
    optional: optional(flag, 'The segment may also be missing.'),
    payload: stepPayload,
    ip: stepIp,
    when,
  }),
  any_order: z.strictObject({
    any_order: described(members, 'All of these segments, in any order.'),
    connection,
    at,
    within,
    tolerance: stepTolerance,
    when,
  }),
  only: z.strictObject({
    only: described(members, 'All of these segments in any order, and no other.'),
    for: described(duration, 'How long no other may come.'),
    connection,
    when,
  }),
  silence: z.strictObject({ silence: described(duration, 'No segment comes for so long.'), connection, when }),
  flood: z.strictObject({
    flood: described(
      z.strictObject({
        segment: described(segment, 'The segment, the same from each peer.'),
        count: described(whole(1, 1_000_000), 'From how many peers, each with an address and port of its own.'),
        answered: optional(number, 'How many segments the kernel sends to these peers until the flood is over.'),
      }),
      'One segment from each of many peers, as fast as it goes.',
    ),
    at,
    when,
  }),
  retransmit: z.strictObject({
    retransmit: described(retransmit, 'The kernel repeats a segment.'),
    connection,
    tolerance: stepTolerance,
    when,
  }),
  rst: z.strictObject({ rst: described(rst, 'The kernel resets the connection.'), connection, when }),
  queue: z.strictObject({
    queue: described(
      z.strictObject({ ...fieldMap(QUEUE_FIELDS, number), port: z.optional(port) }),
      "The listener's queues as `ss` shows them.",
    ),
    at,
    within: pollWithin,
    when,
  }),
  sockets: z.strictObject({
    sockets: described(valueRecord, 'How many sockets there are in each state.'),
    at,
    within: pollWithin,
    when,
  }),
  socket: z.strictObject({
    socket: described(
      z.strictObject(fieldMap(SOCKET_FIELDS, numberOrText)),
      "The connection's socket as `ss` shows it.",
    ),
    connection,
    at,
    within: pollWithin,
    when,
  }),
  counters: z.strictObject({
    counters: described(valueRecord, 'How far SNMP counters have moved.'),
    since: optional(name, 'Count from this mark, and not from the start.'),
    at,
    within: pollWithin,
    when,
  }),
  tcp_info: z.strictObject({
    tcp_info: described(z.record(z.string(), numberOrText), 'getsockopt(TCP_INFO).'),
    socket: described(name, 'The socket by the name that a call gave it.'),
    at,
    within: pollWithin,
    when,
  }),
  proc_net_tcp: z.strictObject({
    proc_net_tcp: described(
      z.strictObject({ ...fieldMap(PROC_NET_TCP_FIELDS, numberOrText), port: z.optional(port) }),
      'The row in /proc/net/tcp or tcp6.',
    ),
    connection,
    at,
    within: pollWithin,
    when,
  }),
  drops: z.strictObject({
    drops: described(
      worded(z.array(drop), 'a list of `{ segment: SEGMENT, reason: NAME }`'),
      'The injected segments that the kernel dropped, since the last step of this kind.',
    ),
    connection,
    at,
    within: pollWithin,
    when,
  }),
  states: z.strictObject({
    states: described(
      worded(z.array(worded(z.string(), 'a change such as `SYN_RECV -> ESTABLISHED`')), 'a list of changes of state'),
      "The changes of state of the connection's sockets, since the last step of this kind.",
    ),
    connection,
    at,
    within: pollWithin,
    when,
  }),
  reset: z.strictObject({
    reset: described(reset, 'The last reset of the connection, since the last step of this kind.'),
    connection,
    at,
    within: pollWithin,
    when,
  }),
  call: z.strictObject({
    call: described(
      worded(z.string(), 'a call such as `accept(server, ..., ...) = app`'),
      'A system call of the application.',
    ),
    connection,
    at,
    returns: optional(time, 'The call blocks, and returns then, counted from its start.'),
    tolerance: stepTolerance,
    when,
  }),
  script: z.strictObject({
    script: described(
      worded(z.string(), 'events in the notation of packetdrill, one to a line'),
      'Events of a packetdrill script.',
    ),
    connection,
    when,
  }),
  sysctl: z.strictObject({
    sysctl: described(sysctlValues, 'Set sysctls of the private network, while the clock runs.'),
    at,
    when,
  }),
  mark: z.strictObject({ mark: described(name, 'Remember the counters under this name.'), at, when }),
  wait: z.strictObject({ wait: described(duration, 'Let time pass.'), when }),
  repeat: z.strictObject({
    repeat: described(whole(0, 100_000), 'How many times.'),
    as: optional(name, 'The connection of round 1 is NAME1, and so on.'),
    index: optional(name, 'The variable that counts the rounds; `i` when absent.'),
    steps: described(worded(z.array(z.unknown()).check(z.minLength(1)), 'a list of steps'), 'What is repeated.'),
    when,
  }),
} as const;

export type ActionKey = keyof typeof STEP_SCHEMAS;

export const ACTION_KEYS: readonly string[] = Object.keys(STEP_SCHEMAS);

const listener = z.strictObject({
  listen: described(port, 'The harness listens on this port before time zero.'),
  backlog: optional(whole(0, 0x7fff_ffff), 'The argument of listen(); 128 when absent.'),
  options: optional(
    z.record(z.string(), worded(z.union([z.int(), z.boolean()]), 'a whole number')),
    'Socket options that are set before bind().',
  ),
});

const command = z.strictObject({
  command: described(text, 'A real server, started by /bin/sh in the private network.'),
  port: described(port, 'The port on which it listens.'),
  ready_within: optional(duration, 'How long it may take until it listens; 5s when absent.'),
});

const declaration = worded(
  z.strictObject({
    remote_port: optional(port, "The simulated peer's port."),
    remote_address: optional(text, "The simulated peer's address."),
    local_port: optional(port, 'The port of the kernel under test.'),
  }),
  'a mapping such as `{ remote_port: 5555 }`',
);

const ipName = z.enum(['ipv4', 'ipv6', 'ipv4-mapped']);

/** Everything but the steps, which are only counted. */
export const SPEC_SCHEMA = z.strictObject({
  name: described(textual('a text'), 'What the spec shows, in one line.'),
  about: optional(textual('a text'), 'What happens, and why.'),
  source: optional(textual('a text'), 'The kernel function or RFC section that lays it down.'),
  requires: optional(
    z.strictObject({
      kernel: optional(
        textual('bounds such as `">=4.10 <6.0"`'),
        'Kernels on which it holds; on others the spec is skipped.',
      ),
      sysctls: optional(textList('the name of a sysctl'), 'Sysctls that must exist.'),
      commands: optional(textList('the name of a command'), 'Commands that must exist.'),
    }),
    'Where the spec can run; elsewhere it is skipped with the reason.',
  ),
  ip: optional(
    worded(
      z.union([ipName, z.array(ipName).check(z.minLength(1))]),
      '`ipv4`, `ipv6`, `ipv4-mapped`, or a list of them',
    ),
    'One run for each; `[ipv4, ipv6]` when absent.',
  ),
  variables: optional(z.record(z.string(), scalar), 'Values for `${name}`.'),
  matrix: optional(
    z.record(z.string(), worded(z.array(scalar).check(z.minLength(1)), 'a list of values')),
    'One run for each combination of these values.',
  ),
  sysctls: optional(sysctlValues, 'Sysctls of the private network, set before time zero.'),
  server: optional(
    worded(z.union([listener, command]), '`{ listen: PORT }` or `{ command: TEXT, port: PORT }`'),
    'Who listens; absent when a call does, or nobody.',
  ),
  connections: optional(z.record(z.string(), declaration), 'Connections with ports or addresses of their own.'),
  link: optional(
    worded(z.enum(LINK_KINDS), '`tun`, `raw` or `raw-lo`'),
    'How the harness reaches the kernel: a TUN device, or raw sockets, over a pair of Ethernet cards or over `lo`.',
  ),
  mtu: optional(whole(68, 65_535), 'MTU of the device; by default the MSS is 1460.'),
  super_segments: optional(
    flag,
    'What the kernel sends in one go is one segment, however long, as packetdrill sees it.',
  ),
  tolerance: optional(tolerance, 'How far times may be off.'),
  strays: optional(
    worded(z.enum(['report', 'fail']), '`report` or `fail`'),
    'What becomes of segments that no step expects.',
  ),
  steps: described(worded(z.array(z.unknown()).check(z.minLength(1)), 'a list of steps'), 'What happens, in order.'),
});
