/** Calls on files and pipes. */
import { resolve } from 'node:path';
import type { CallOutputs } from '../../../trace/trace';
import { AT_FDCWD, F_SETFD, FD_CLOEXEC, O_CLOEXEC, SYSTEM_CALLS } from '../constants';
import { libc } from '../libc';
import { type Preparations, prompt, sleepy } from './prepared-call';

/** Of a file that O_CREAT makes; the notation has no argument for it. */
const MODE = 0o644;

export const FILE_CALLS: Preparations<'open' | 'sendfile' | 'pipe' | 'splice'> = {
  open: ({ path, flags, folder }) => {
    const name = Buffer.from(`${resolve(folder, path)}\0`);
    return sleepy(SYSTEM_CALLS.openat, [AT_FDCWD, name, flags, MODE], { opens: (fd) => [closeOnExec(fd)] });
  },
  sendfile: ({ output, input, offset, count }) => {
    const place = offsetMemory(offset);
    const traits = { outputs: () => offsetOutputs(place), wantedBytes: count };
    return sleepy(SYSTEM_CALLS.sendfile, [output, input, place, count], traits);
  },
  pipe: () => {
    const ends = new Int32Array(2);
    const descriptors = () => [...ends];
    return prompt(SYSTEM_CALLS.pipe2, [ends, O_CLOEXEC], {
      outputs: () => ({ descriptors: descriptors() }),
      opens: descriptors,
    });
  },
  splice: ({ input, inputOffset, output, outputOffset, count, flags }) => {
    const from = offsetMemory(inputOffset);
    const to = offsetMemory(outputOffset);
    const traits = { outputs: () => offsetOutputs(from === 0 ? to : from), wantedBytes: count };
    return sleepy(SYSTEM_CALLS.splice, [input, from, output, to, count, flags], traits);
  },
};

/** Keeps the file from a spec's commands. Not by a flag of open(), which F_GETFL would show. */
function closeOnExec(fd: number): number {
  libc.syscall(SYSTEM_CALLS.fcntl, fd, F_SETFD, FD_CLOEXEC, 0, 0, 0);
  return fd;
}

/** A loff_t; zero: NULL. */
function offsetMemory(offset: number | undefined): BigInt64Array | 0 {
  return offset === undefined ? 0 : BigInt64Array.of(BigInt(offset));
}

function offsetOutputs(place: BigInt64Array | 0): CallOutputs {
  return place === 0 ? {} : { offset: Number(place[0]) };
}
