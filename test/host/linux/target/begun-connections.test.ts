import { closeSync, openSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BegunConnections, takeBegunConnections } from '../../../../src/host/linux/target/begun-connections';

const ENDS = { version: 4, sourceAddress: '203.0.113.1', targetAddress: '203.0.113.7' } as const;

/** As the guardian opens it: a descriptor of its own, from the beginning. */
function open(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, 'r');
}

describe('the connections that a run has begun', () => {
  it('are read by somebody else, also when the run has not come to its end', () => {
    const begun = new BegunConnections(ENDS);
    const held = open(begun.fd);
    begun.add({ harnessPort: 20_001, targetPort: 80 });
    begun.add({ harnessPort: 20_002, targetPort: 80 });
    begun.close();
    expect(takeBegunConnections(held)).toEqual({
      ends: ENDS,
      connections: [
        { harnessPort: 20_001, targetPort: 80 },
        { harnessPort: 20_002, targetPort: 80 },
      ],
    });
  });

  it('are read as far as they were written', () => {
    const begun = new BegunConnections(ENDS);
    begun.add({ harnessPort: 20_001, targetPort: 80 });
    writeSync(begun.fd, '20002 ');
    expect(takeBegunConnections(open(begun.fd))?.connections).toEqual([{ harnessPort: 20_001, targetPort: 80 }]);
    begun.close();
  });

  it('are none in anything else', () => {
    expect(takeBegunConnections(openSync('/dev/null', 'r'))).toBeUndefined();
    const fd = openSync(__filename, 'r');
    expect(takeBegunConnections(fd)).toBeUndefined();
    expect(() => closeSync(fd)).toThrow('EBADF');
  });
});
