import { expect, it } from 'vitest';
import { converted } from './support';

it('ports and tolerances are written where they are not those of a spec', () => {
  const script = `--connect_port=443\n--tolerance_percent=5\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n+0 > S 0:0(0) <...>\n`;
  const yaml = converted(script);
  expect(yaml).toContain('tolerance: { early: 4ms, late: 4ms, percent: 5 }\n');
  expect(yaml).toContain('connections:\n  default: { remote_port: 443 }\n');
});
