/** Messages are those that packetdrill printed for scripts which were wrong in one way each. */
import { describe, expect, it } from 'vitest';
import { isTimeTrouble, packetdrillOutcome } from '../../../scripts/parity/packetdrill-outcome';

const outcomeOf = (stderr: string) => packetdrillOutcome({ status: 1, timedOut: false, stderr });

describe('what packetdrill prints', () => {
  it.each([
    [
      't.pkt:7: error handling packet: live packet field tcp_ack_seq: expected: 2 (0x2) vs actual: 1 (0x1)\nscript packet:',
      7,
      ['field:ack'],
    ],
    [
      't.pkt:7: error handling packet: live packet field tcp_psh: expected: 0 (0x0) vs actual: 1 (0x1)',
      7,
      ['field:flags'],
    ],
    [
      't.pkt:7: error handling packet: live packet field ipv4_total_length: expected: 40',
      7,
      ['options', 'field:length'],
    ],
    ['t.pkt:7: error handling packet: live packet field new_one: expected: 40', 7, ['field:new_one']],
    ['t.pkt:7: error handling packet: bad value in outbound TCP option (kind=2): expected: mss 1440', 7, ['options']],
    ['t.pkt:9: error handling packet: live packet payload: expected 10 bytes vs actual 20 bytes', 9, ['field:length']],
    ['t.pkt:9: error handling packet: incorrect outbound data payload', 9, ['payload']],
    ['t.pkt:7: error handling packet: timing error: expected outbound packet at 0.1 sec', 7, ['time']],
    ['t.pkt:8: error handling packet: Timed out waiting for packet', 8, ['missing']],
    [
      't.pkt:10: runtime error in write call: Expected result 101 but got 100 with errno 2 (No such file)',
      10,
      ['call'],
    ],
    ['t.pkt:10: runtime error in read call: timing error: expected system call return at', 10, ['time']],
    ['t.pkt:6: timing error: expected system call start at 0.1 sec but happened at 0.2 sec', 6, ['time']],
    [
      "t.pkt:10: error in Python code\nTraceback (most recent call last):\nt.pkt: error executing code: 'python3' returned",
      10,
      ['code'],
    ],
    ["t.pkt: error executing code: 'python3' returned non-zero status 1", undefined, ['code']],
    ['t.pkt:7: error executing `false` command: non-zero status 1', 7, ['command']],
    ['sh: 1: ./x.sh: not found\nt.pkt: error executing init command: non-zero status 127', undefined, ['command']],
    ["t.pkt:7: parse error at '14x60': syntax error", 7, ['parse']],
    ['t.pkt:9: semantic error: first event should be at time 0', 9, ['parse']],
    ['what is this', undefined, ['other']],
  ])('%j', (stderr, line, kinds) => {
    const outcome = outcomeOf(stderr);
    expect([outcome.passed, outcome.line, outcome.kinds]).toEqual([false, line, kinds]);
    expect(outcome.message).not.toMatch(/\n|^:\d/);
  });

  it('means nothing when it ended well', () => {
    const stderr = 't.pkt:7: warning handling packet: timing error';
    expect(packetdrillOutcome({ status: 0, timedOut: false, stderr }).passed).toBe(true);
  });

  it('is no pass when it was killed', () => {
    expect(packetdrillOutcome({ timedOut: true, stderr: '' }).kinds).toEqual(['timeout']);
  });
});

it('only a timing error is worth another attempt', () => {
  expect(isTimeTrouble(outcomeOf('t.pkt:6: timing error: x'))).toBe(true);
  expect(isTimeTrouble(outcomeOf('t.pkt:8: error handling packet: Timed out waiting for packet'))).toBe(false);
});
