import { describe, expect, it } from 'vitest';
import { checkOption, PKT_OPTION_NAMES } from '../../../src/spec/pkt/options';
import { collect } from '../support';

const check = (name: string, value?: string) =>
  collect('', (list) =>
    checkOption({ name, ...(value === undefined ? {} : { value }), span: { start: 0, end: 0 } }, list),
  );

describe('an option', () => {
  it.each([
    ['ip_version', 'ipv4-mapped-ipv6'],
    ['mss', '1000'],
    ['tolerance_percent', '12.5'],
    ['tolerance_percent', '.5'],
    ['remote_ip', '192.0.2.1/24'],
    ['local_ip', 'fd3d::1'],
    ['non_fatal', 'packet, syscall'],
    ['define', 'A=B'],
    ['strict_segments', undefined],
    ['code_sockopt', 'TCP_INFO'],
  ])('--%s=%s is right', (name, value) => {
    expect(check(name, value)).toEqual({ made: true, troubles: [], hints: [] });
  });

  it.each([
    ['mss', '0'],
    ['bind_port', '65536'],
    ['local_ip', '192.0.2.1/24'],
    ['tolerance_percent', '101'],
    ['code_format', 'perl'],
    ['speed', '1e3'],
    ['constructor', ''],
  ])('--%s=%s is wrong', (name, value) => {
    expect(check(name, value)).toMatchObject({ made: false, troubles: [expect.any(String)] });
  });

  it('--non_fatal with an unknown kind is odd, and passed over, as in packetdrill', () => {
    const { made, troubles, hints } = check('non_fatal', 'packets');
    expect(made).toBe(true);
    expect(troubles[0]).toContain('--non_fatal is packet or syscall, or both, not `packets`');
    expect(hints[0]).toContain('`packet`');
  });

  it('has a name of packetdrill 2.0', () => {
    // The long options of `packetdrill --help`, without one letter ones.
    const written =
      'bind_port code_command code_format code_sockopt connect_port debug define dry_run gateway_ip init_scripts ip_version is_anyip local_ip mss mtu netmask_ip non_fatal psp_udp_port remote_ip send_omit_free so_filename so_flags speed strict_segments tcp_ts_ecr_scaled tcp_ts_tick_usecs tolerance_percent tolerance_usecs verbose wire_client wire_client_dev wire_server wire_server_at wire_server_dev wire_server_ip wire_server_port';
    expect([...PKT_OPTION_NAMES].sort()).toEqual(written.split(' '));
  });
});
