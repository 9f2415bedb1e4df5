import { spawn } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { bundleProgram, processesWith, requireKernel, untilGone } from '../../support/live';
import { PORT } from '../../support/segments';

beforeAll(requireKernel);

it('kills an executor and its server when the parent is killed', async () => {
  const program = bundleProgram('test/support/serve-and-wait.ts', 'serve-and-wait');
  const listener = `import socket, time; s = socket.create_server(("0.0.0.0", ${PORT})); time.sleep(600)`;
  const command = `sleep 765431 & python3 -c '${listener}'`;
  const parent = spawn('sh', ['-c', '"$0" "$@" & wait', process.execPath, program, command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  expect(processesWith('76543').length).toBeGreaterThanOrEqual(3);
  parent.kill('SIGKILL');
  expect(await untilGone('76543')).toEqual([]);
});
