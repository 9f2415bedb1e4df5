/**
 * The runner inside a guest, as the first process of its kernel: makes the machine usable, warms up, lets itself be
 * saved, and then executes the one timeline that it is given. Under virtual time nothing here waits for the host.
 */
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { join } from 'node:path';
import { execute } from '../exec/execute';
import { warmUp } from '../exec/warm-up';
import { IoPorts } from '../host/linux/io-ports';
import { openLinuxHost } from '../host/linux/linux-host';
import { raiseLoopback } from '../host/linux/link';
import { probeEnvironment } from '../host/linux/probe';
import { bootParameters, loadModules, mountFileSystems } from '../host/linux/process-one';
import {
  EXIT_BYTE,
  EXIT_PORT,
  ITEM_DATA_PORT,
  ITEM_SELECTOR_PORT,
  JOB_ITEM,
  MODULES_FOLDER,
  PARAMETER_PREFIX,
  PAUSE_BYTE,
  PAUSE_PORT,
  RESULTS_DEVICE,
} from '../vm/guest-abi';
import { decodeJob, encodeMessage, type FromGuest, type Job } from '../vm/job';

async function main() {
  mountFileSystems();
  loadModules(MODULES_FOLDER, (file) => (file.includes('virtio_mmio') ? bootParameters('virtio_mmio.').join(' ') : ''));
  raiseLoopback();
  const parameters = new Map(bootParameters(PARAMETER_PREFIX).map((p) => p.split('=') as [string, string]));
  const ports = new IoPorts([PAUSE_PORT, EXIT_PORT, ITEM_SELECTOR_PORT, ITEM_DATA_PORT]);
  const results = openSync(RESULTS_DEVICE, 'w');
  const say = (message: FromGuest): void => {
    const bytes = encodeMessage(message);
    for (let at = 0; at < bytes.length; ) at += writeSync(results, bytes, at);
  };
  const trouble = probeEnvironment();
  if (trouble !== undefined) say({ kind: 'unfit', trouble });
  const host = openLinuxHost({ blockingWorkerPath: join(__dirname, 'blocking-worker.js'), spinNs: 0 });
  await warmUp(host);
  say({ kind: 'ready' });
  const t0 = process.hrtime.bigint();
  if (parameters.get('start') === 'snapshot') ports.outByte(PAUSE_PORT, PAUSE_BYTE);
  ports.outWord(ITEM_SELECTOR_PORT, JOB_ITEM);
  const job: Job = decodeJob((length) => {
    const bytes = new Uint8Array(length);
    ports.inBytes(ITEM_DATA_PORT, bytes);
    return bytes;
  });
  const t1 = process.hrtime.bigint();
  for (const { path, mode, content } of job.files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  }
  mkdirSync(job.workingFolder, { recursive: true });
  process.chdir(job.workingFolder);
  try {
    const { trace } = await execute(job.timeline, host);
    const t2 = process.hrtime.bigint();
    const { environment, observations, end } = trace;
    say({ kind: 'finished', environment, observations, end });
    const t3 = process.hrtime.bigint();
    console.log(
      `virtual: ready ${t0 / 1000n} job ${(t1 - t0) / 1000n} run ${(t2 - t1) / 1000n} say ${(t3 - t2) / 1000n} us`,
    );
  } catch (error) {
    say({ kind: 'crashed', stack: String((error as Error).stack) });
  }
  ports.outByte(EXIT_PORT, EXIT_BYTE);
}

main().catch((error: unknown) => {
  console.error('packetspec-unfit:', error);
  process.exit(1);
});
