import { describe, expect, it } from 'vitest';
import { ladderLines } from '../../src/report/ladder';
import * as scenes from './scenes';

describe('the ladder', () => {
  it('shows both sides, their connections, and pauses', () => {
    expect(`\n${ladderLines(scenes.twoFailures().verdict).join('\n')}\n`).toMatchInlineSnapshot(`
      "
              time  conn     harness | kernel
          0.000001  default  |----->|  S 0:0(0) win 64240 <mss 1460>
          0.000052  default  |<-----|  S. 0:0(0) ack 1 win 65160 <mss 1460>
                                ...  499.948ms
          0.500000  late     |<-----|  . 777001:777001(0) ack 1 win 65535
      "
    `);
  });

  it('of nothing is its heading', () => {
    expect(ladderLines({ crossed: [] })).toHaveLength(1);
  });
});
