/**
 * A file of /proc that is read again and again. It is opened once: a file below /proc/PID/net shows the network in
 * which it was opened, for ever. Open it below `/proc/thread-self`, because `/proc/net` is that of the main thread.
 */
import { O_CLOEXEC, O_RDONLY } from './constants';
import { libc, succeed } from './libc';

const FIRST_BUFFER_BYTES = 16 * 1024;

export class ProcFile {
  readonly #path: string;
  readonly #fd: number;
  #buffer = Buffer.alloc(FIRST_BUFFER_BYTES);

  /** @throws HostError `system-call` */
  constructor(path: string) {
    this.#path = path;
    this.#fd = succeed(`open(${path})`, libc.open(path, O_RDONLY | O_CLOEXEC));
  }

  read(): string {
    let length = 0;
    for (;;) {
      const rest = this.#buffer.subarray(length);
      const got = succeed(`read(${this.#path})`, libc.pread(this.#fd, rest, rest.length, length));
      if (got === 0) return this.#buffer.toString('latin1', 0, length);
      length += got;
      if (length === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer, Buffer.alloc(length)]);
    }
  }

  close(): void {
    libc.close(this.#fd);
  }
}
