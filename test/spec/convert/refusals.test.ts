import { describe, expect, it } from 'vitest';
import { HANDSHAKE } from '../pkt/support';
import { troubles } from './support';

describe('what has no place in YAML', () => {
  it.each([
    ['--mss=500', 'error at --mss: a spec in YAML has no --mss'],
    ['--speed=10', 'error at --speed: a spec in YAML has no --speed'],
    ['--bind_port=80', 'error at --bind_port: a spec in YAML has no --bind_port'],
    ['--tcp_ts_tick_usecs=1000', 'error at --tcp_ts_tick_usecs: a spec in YAML has no --tcp_ts_tick_usecs'],
    ['--tcp_ts_ecr_scaled', 'error at --tcp_ts_ecr_scaled: a spec in YAML has no --tcp_ts_ecr_scaled'],
    ['--non_fatal=packet', 'error at --non_fatal: a spec in YAML has no --non_fatal'],
    ['--strict_segments', 'error at --strict_segments: a spec in YAML has no --strict_segments'],
    ['--psp_udp_port=1000', 'error at : this script needs PSP'],
    ['--local_ip=192.168.0.7', 'warning at --local_ip: the spec has an address of its own'],
  ])('%s', (option, trouble) => {
    expect(troubles(`${option}\n${HANDSHAKE}`)).toEqual([expect.stringContaining(trouble)]);
  });

  it.each([
    ['a cleanup command', `${HANDSHAKE}\`true\`\n`, 'warning at `true`: the cleanup command is left out'],
    ['UDP', '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 connect(3, ..., ...) = 0\n+0 < udp (5)\n', 'is for UDP'],
  ])('%s', (_, script, trouble) => {
    expect(troubles(script)).toEqual([expect.stringContaining(trouble)]);
  });
});
