import { describe, expect, it } from 'vitest';
import { HANDSHAKE } from '../pkt/support';
import { parseText } from '../support';
import { convert, converted, stepsOf, troubles } from './support';

describe('an init command that does more than set sysctls', () => {
  it('is the first step, and times from the start are counted from it', () => {
    const yaml = converted(`\`./defaults.sh\nsysctl -q a=1\`\n0 \`true\`\n+.1 \`a\`\n.3 \`b\`\n`);
    expect(yaml).not.toContain('sysctls:\n  a');
    expect(stepsOf(yaml)).toBe(
      '  - script: |\n      +0 `./defaults.sh\n      sysctl -q a=1`\n      +0 `true`\n      +0.1 `a`\n      +0.2 `b`\n',
    );
  });

  it('is in the way of times that cannot be counted otherwise', () => {
    const script = `\`x\`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n* > S 0:0(0) <...>\n1 \`true\`\n`;
    expect(troubles(script)).toEqual([expect.stringMatching(/^error at `true`: this time counts from the start/)]);
  });

  it('is in the way of stamps', () => {
    const stamp = `{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=5}}`;
    const call = `+0 recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_flags=0, msg_control=[${stamp}]}, MSG_ERRQUEUE) = 0\n`;
    expect(convert(`${HANDSHAKE}${call}`).diagnostics).toEqual([]);
    expect(troubles(`\`x\`\n${HANDSHAKE}${call}`)).toEqual([expect.stringMatching(/^error at recvmsg.*this stamp/)]);
  });
});

describe('a step that has no place in YAML', () => {
  it.each([
    ['Python', `${HANDSHAKE}+0 %{ import os }%\n`, 'error at %{ import os }%: this code needs Python itself'],
    [
      'a child that nothing has accepted',
      HANDSHAKE.replace(/.*accept.*\n$/, '+0 %{ assert tcpi_rtt }%\n'),
      'no call has given',
    ],
  ])('%s', (_, script, trouble) => {
    expect(troubles(script)).toEqual([expect.stringContaining(trouble)]);
  });

  it('code about a socket that is not the newest one is refused, but not its samples', () => {
    const other = `+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5\n+0 %{ CODE }%\n`;
    const script = `${HANDSHAKE.replace(/.*accept.*\n$/, '')}${other}+0 accept(3, ..., ...) = 4\n+0 %{ CODE }%\n`;
    expect(stepsOf(converted(script.replaceAll('CODE', 'assert tcpi_rtt == 5')))).toContain('socket: socket\n');
    expect(troubles(script.replaceAll('CODE', 'print(tcpi_rtt)'))).toEqual([expect.stringContaining('not the newest')]);
  });
});

it('long calls stand on several lines, and long samples', () => {
  const message = '{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=600}';
  const call = `recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=0, msg_control=[${message}, ${message}]}, 0) = 5`;
  const asserts = ['unacked', 'sacked', 'lost', 'retrans', 'snd_cwnd', 'rcv_space', 'reordering'].map(
    (name) => `assert tcpi_${name} == 0`,
  );
  const yaml = converted(`${HANDSHAKE}+0 ${call}\n+0 %{ ${asserts.join('\n')} }%\n`);
  expect(Math.max(...yaml.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
  expect(yaml).toContain('  - call: >-\n      recvmsg(app');
  expect(yaml).toContain('  - tcp_info:\n      tcpi_unacked: 0\n');
  expect(parseText(yaml).diagnostics).toEqual([]);
});
