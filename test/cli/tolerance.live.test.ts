import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runWithReport } from '../support/command';
import { requireKernel, temporaryFolder } from '../support/live';

beforeAll(requireKernel);

it('--tolerance holds for specs that name none, and for no others', async () => {
  const text = (tolerance: string): string => `name: A SYN+ACK is expected 200 ms before the second of RFC 6298
ip: ipv4
server: { listen: 8080 }
${tolerance}steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
    at: +0.8s
`;
  const [silent, strict] = ['silent.yaml', 'strict.yaml'].map((name) => join(temporaryFolder, name));
  writeFileSync(silent ?? '', text(''));
  writeFileSync(strict ?? '', text('tolerance: 20ms\n'));
  const statuses = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await runWithReport([silent ?? '', strict ?? '', ...args])).report.results.map(({ status }) => status);
  expect(await statuses()).toEqual(['failed', 'failed']);
  expect(await statuses('--tolerance', '300ms')).toEqual(['passed', 'failed']);
});
