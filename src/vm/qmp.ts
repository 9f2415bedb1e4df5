/** The monitor of a running QEMU: commands and their answers, one at a time, and events (QEMU's docs/interop/qmp-spec). */
import type { Socket } from 'node:net';

type EventData = Readonly<Record<string, unknown>>;

interface Event {
  readonly event: string;
  readonly data?: EventData;
}

type Message =
  | Event
  | { readonly return: unknown }
  | { readonly error: { readonly class: string; readonly desc: string } }
  /** Who speaks. */
  | { readonly QMP: unknown };

/** QEMU refused a command, or ended before it answered. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
  /** Whether it has ended. */
  readonly isEnd: boolean;

  constructor(message: string, isEnd: boolean) {
    super(message);
    this.isEnd = isEnd;
  }
}

export class Qmp {
  readonly #socket: Socket;
  #text = '';
  #isClosed = false;
  readonly #answers: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }[] = [];
  readonly #watchers = new Set<{
    readonly onEvent: (event: Event) => boolean;
    readonly reject: (error: Error) => void;
  }>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk.toString()));
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
  }

  /** Begins the conversation; to be called once. @throws QmpError */
  async greet(): Promise<void> {
    await this.command('qmp_capabilities');
  }

  /** @throws QmpError */
  command(execute: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new QmpError('QEMU has ended', true));
        return;
      }
      this.#answers.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  /** The next event of this name whose data fit. Ask before the command that leads to it. @throws QmpError */
  event(name: string, fits: (data: EventData) => boolean = () => true): Promise<EventData> {
    return new Promise((resolve, reject) => {
      const watcher = {
        onEvent: ({ event, data = {} }: Event) => {
          const isIt = event === name && fits(data);
          if (isIt) resolve(data);
          return isIt;
        },
        reject,
      };
      if (this.#isClosed) reject(new QmpError('QEMU has ended', true));
      else this.#watchers.add(watcher);
    });
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') this.#onMessage(JSON.parse(line) as Message);
    }
  }

  #onMessage(message: Message): void {
    if ('event' in message) {
      for (const watcher of this.#watchers) {
        if (watcher.onEvent(message)) this.#watchers.delete(watcher);
      }
    } else if ('return' in message) {
      this.#answers.shift()?.resolve(message.return);
    } else if ('error' in message) {
      this.#answers.shift()?.reject(new QmpError(message.error.desc, false));
    }
  }

  #close(): void {
    this.#isClosed = true;
    const error = new QmpError('QEMU has ended', true);
    for (const { reject } of [...this.#answers.splice(0), ...this.#watchers]) reject(error);
    this.#watchers.clear();
  }
}
