/**
 * The executor on another machine: jobs come on its standard input, traces leave on its standard output. It is a program
 * of its own, so that the executors of this machine do not read what it needs.
 */
import type { ExecutorChannel } from '../suite/executor-loop';
import { encodeMessage, FrameReader, unpackJob } from '../vm/job';
import { placeFiles } from './job-files';
import { serveExecutor, servePrivateRuns } from './serve-executor';

const PIPES: ExecutorChannel = {
  send: (message) => {
    process.stdout.write(encodeMessage(message));
  },
  onMessage: (listener) => {
    const frames = new FrameReader();
    process.stdin.on('data', (piece: Buffer) => {
      // One comes at a time, so that what belongs to it is there when it begins.
      for (const job of frames.take(piece).map(unpackJob)) {
        placeFiles(job);
        listener({ kind: 'run', timeline: job.timeline });
      }
    });
    process.stdin.on('end', () => process.exit());
  },
};

serveExecutor(PIPES, servePrivateRuns);
