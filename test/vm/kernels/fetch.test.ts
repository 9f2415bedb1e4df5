/** Mirrors that are of no use. What comes from a real one is tested in test/cli/kernels.live.test.ts. */
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KERNELS } from '../../../src/vm/kernels/catalogue';
import { type FetchResult, fetchKernels } from '../../../src/vm/kernels/fetch';
import { temporaryFolder } from '../../support/live';

const BACKPORTS = KERNELS.filter(({ suite }) => suite === 'trixie-backports');
const cache = join(temporaryFolder, 'kernels');

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function fetchFrom(port: number, said: string[] = []): readonly FetchResult[] {
  return fetchKernels(BACKPORTS, {
    cache,
    mirror: `http://127.0.0.1:${port}/debian`,
    answerS: 1,
    say: (text) => said.push(text),
  });
}

describe('a mirror', () => {
  let silent: Server;
  beforeAll(async () => {
    // The kernel takes the connections; while apt waits, nothing here runs that could answer.
    silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => silent.close());

  it('that never answers is given up, once for all kernels of a suite', () => {
    const said: string[] = [];
    const startedMs = performance.now();
    const results = fetchFrom(portOf(silent), said);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(BACKPORTS.length).toBeGreaterThan(1);
    expect(results.map(({ name, kind }) => [name, kind])).toEqual(BACKPORTS.map(({ name }) => [name, 'refused']));
    const [result] = results;
    expect(result?.kind === 'refused' ? result.problems : []).toEqual([
      {
        message: expect.stringMatching(
          /^the package list of trixie-backports cannot be had: Failed to fetch .*(?:Connection failed|timed out)/,
        ),
        hint: expect.stringContaining('does the mirror answer?'),
      },
    ]);
    expect(said).toEqual(['reading the package list of trixie-backports']);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('that is not there is told', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const port = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    const [result] = fetchFrom(port);
    expect(result).toMatchObject({
      kind: 'refused',
      problems: [{ message: expect.stringContaining('Connection refused') }],
    });
  });
});

it('a cache that cannot be written is told for each kernel', () => {
  const results = fetchKernels(BACKPORTS, { cache: '/dev/null/kernels', say: () => expect.unreachable() });
  expect(results).toHaveLength(BACKPORTS.length);
  for (const result of results)
    expect(result).toMatchObject({
      kind: 'refused',
      problems: [{ message: expect.stringContaining('/dev/null/kernels') }],
    });
});
