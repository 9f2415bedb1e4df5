import { describe, expect, it } from 'vitest';
import { segmentLines } from '../../src/report/segments';
import * as scenes from './scenes';

describe('segments', () => {
  it('as lines', () => {
    expect(`\n${segmentLines(scenes.twoFailures().verdict.crossed).join('\n')}\n`).toMatchInlineSnapshot(`
      "
         0.000001 < default  S 0:0(0) win 64240 <mss 1460>
         0.000052 > default  S. 0:0(0) ack 1 win 65160 <mss 1460>
         0.500000 > late     . 777001:777001(0) ack 1 win 65535
      "
    `);
  });
});
