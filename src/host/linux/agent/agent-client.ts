/**
 * The agent as the harness sees it: a command that this process starts, such as `ssh root@host packetspec agent`, and
 * asks over its standard input and output. Whatever the way there is, it is the command's business.
 */
import { spawn } from 'node:child_process';
import { fstatSync, readSync } from 'node:fs';
import { type Ns, NS_PER_S } from '../../../base/nanoseconds';
import type { Network } from '../../../timeline/timeline';
import { parseLine } from '../../../trace/jsonl';
import type { CounterValues, HostTrouble, OptionBytes, ProcNetTcpRow, SocketEntry } from '../../../trace/trace';
import { type CallRequest, HostError, type HostErrorCode } from '../../host';
import { MFD_CLOEXEC, O_CLOEXEC } from '../constants';
import { libc, succeed } from '../libc';
import type { DistantReturn, Eyes, MadeCall } from '../target/eyes';
import { LineChannel } from './line-channel';
import {
  AGENT_PROTOCOL,
  type FromAgent,
  type Greeting,
  type QuestionName,
  type Questions,
  type ToAgent,
} from './protocol';

const GREETED_WITHIN_NS = 30 * NS_PER_S;
/** What a login prints before the agent speaks. */
const MOST_LINES_BEFORE = 1_000;
/** Beyond what a question itself may last. */
const ANSWERED_WITHIN_NS = 20 * NS_PER_S;
const LAST_WORDS_BYTES = 4096;
const BROUGHT_BACK = 'it brings back what it has changed there by itself';
/** One is not enough for the compiler to notice. */
const WARM_UP_ROUNDS = 5;

/**
 * Starts the command, and waits for the agent's greeting.
 * @throws HostError `no-agent`, with what the command said
 */
export function connectAgent(command: string): Eyes {
  return new AgentClient(command);
}

class AgentClient implements Eyes {
  readonly facts: Eyes['facts'];
  readonly wakeFd: number;
  readonly #channel: LineChannel;
  /** What the command prints on standard error. */
  readonly #errors: number;
  readonly #returned: DistantReturn[] = [];
  #asked = 0;
  #hasEnded = false;

  constructor(command: string) {
    this.#errors = succeed('memfd_create', libc.memfdCreate('agent-errors', MFD_CLOEXEC));
    this.#channel = startCommand(command, this.#errors);
    this.wakeFd = this.#channel.readFd;
    this.facts = this.#awaitGreeting(command).facts;
    this.#warmUp();
  }

  hasCommand(name: string): boolean {
    return this.#ask('hasCommand', [name]);
  }

  open({ remoteAddress, target }: Network): void {
    const harnessPorts = (target?.harnessPorts ?? []).map(({ port }) => port);
    this.#ask('open', [{ harnessAddress: remoteAddress, harnessPorts, ports: target?.ports ?? [] }]);
  }

  close(): void {
    try {
      if (!this.#hasEnded) this.#ask('close', []);
    } catch {
      // It has gone, and has brought everything back by itself.
    }
    this.#returned.length = 0;
  }

  blink(): void {
    this.#say({ blink: true });
  }

  listen(): void {
    if (this.#hasEnded) throw this.#ended();
    for (;;) {
      const received = this.#channel.receive(0);
      if (received.kind === 'nothing') return;
      if (received.kind === 'ended') throw this.#ended();
      this.#note(received.text);
    }
  }

  checkGround(): void {
    this.#ask('checkGround', []);
  }

  setSysctl(name: string, value: string): void {
    this.#ask('setSysctl', [name, value]);
  }

  hasSysctl(name: string): boolean {
    return this.#ask('hasSysctl', [name]);
  }

  startServer(command: string, port: number, readyWithinNs: Ns): void {
    this.#ask('startServer', [command, port, readyWithinNs], readyWithinNs);
  }

  prepareBlocking(count: number): void {
    this.#ask('prepareBlocking', [count]);
  }

  call(request: CallRequest, limitNs: Ns): MadeCall {
    return this.#ask('call', [request, limitNs], limitNs);
  }

  startBlockingCall(request: CallRequest, token: number): void {
    this.#ask('startBlockingCall', [request, token]);
  }

  returnedCalls(): readonly DistantReturn[] {
    this.listen();
    return this.#returned.splice(0);
  }

  cancelBlockingCalls(): void {
    this.#ask('cancelBlockingCalls', []);
  }

  sockets(): readonly SocketEntry[] {
    return this.#ask('sockets', []);
  }

  counters(): CounterValues {
    return this.#ask('counters', []);
  }

  movedCounters(): CounterValues {
    return this.#ask('movedCounters', []);
  }

  tcpInfo(fd: number): OptionBytes {
    return this.#ask('tcpInfo', [fd]);
  }

  procNetTcp(): readonly ProcNetTcpRow[] {
    return this.#ask('procNetTcp', []);
  }

  /** Code that runs for the first time takes its time: not in the timed part. Nothing of the target is touched. */
  #warmUp(): void {
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      this.counters();
      this.sockets();
      const { outcome } = this.call({ name: 'epoll_create', size: 1 }, NS_PER_S);
      this.call({ name: 'poll', entries: [], timeoutMs: 0 }, NS_PER_S);
      this.call({ name: 'close', fd: outcome.returned }, NS_PER_S);
    }
  }

  /** @throws HostError the agent's own, or `agent-ended` */
  #ask<Q extends QuestionName>(ask: Q, args: Parameters<Questions[Q]>, lastsNs: Ns = 0): ReturnType<Questions[Q]> {
    const id = ++this.#asked;
    this.#say({ id, ask, args });
    for (;;) {
      const received = this.#channel.receive(lastsNs + ANSWERED_WITHIN_NS);
      if (received.kind === 'ended') throw this.#ended();
      if (received.kind === 'nothing') throw this.#silent(ask);
      const said = this.#note(received.text);
      if (said === undefined || !('id' in said) || said.id !== id) continue;
      if ('trouble' in said) throw errorOf(said.trouble);
      // The protocol pairs each question with the type of its answer.
      return said.value as ReturnType<Questions[Q]>;
    }
  }

  #say(message: ToAgent): void {
    if (this.#hasEnded || !this.#channel.send(message)) throw this.#ended();
  }

  /** Keeps what was told without a question. @returns what was said; undefined when it is no message at all */
  #note(line: string): FromAgent | undefined {
    const said = parseLine(line) as FromAgent | undefined;
    if (typeof said !== 'object') return undefined;
    if ('returned' in said) this.#returned.push(said.returned);
    return said;
  }

  #awaitGreeting(command: string): Greeting {
    for (let line = 0; line < MOST_LINES_BEFORE; line++) {
      const received = this.#channel.receive(GREETED_WITHIN_NS);
      if (received.kind !== 'line') throw this.#notGreeted(command, received.kind === 'ended');
      const said = parseLine(received.text) as Partial<Greeting> | undefined;
      if (typeof said !== 'object' || said === null || said.agent !== 'packetspec') continue;
      if (said.protocol !== AGENT_PROTOCOL) throw strangeProtocol(said.protocol);
      return said as Greeting;
    }
    throw this.#notGreeted(command, false);
  }

  #notGreeted(command: string, hasEnded: boolean): HostError {
    const how = hasEnded ? 'ended before an agent spoke' : 'has no agent that speaks';
    return new HostError(
      'no-agent',
      `\`${command}\` ${how}${this.#lastWords()}`,
      'it must start `packetspec agent` on the target without asking anybody for a password',
    );
  }

  #ended(): HostError {
    this.#hangUp();
    return new HostError('agent-ended', `the agent on the target has gone${this.#lastWords()}`, BROUGHT_BACK);
  }

  #silent(ask: QuestionName): HostError {
    this.#hangUp();
    const seconds = ANSWERED_WITHIN_NS / NS_PER_S;
    return new HostError(
      'agent-ended',
      `the agent on the target has not answered for ${seconds} s (${ask})${this.#lastWords()}`,
      `the way to it is broken, or that host stands still; ${BROUGHT_BACK}`,
    );
  }

  /** Whatever it says now belongs to no run any more. */
  #hangUp(): void {
    if (!this.#hasEnded) this.#channel.close();
    this.#hasEnded = true;
  }

  #lastWords(): string {
    const { size } = fstatSync(this.#errors);
    const tail = Buffer.alloc(Math.min(size, LAST_WORDS_BYTES));
    readSync(this.#errors, tail, 0, tail.length, size - tail.length);
    const text = tail.toString().trim();
    if (text === '') return '';
    return text.includes('\n') ? `; it said:\n${text}` : `; it said: ${text}`;
  }
}

/** Its pipes close with this process, which tells the agent that this process has gone. */
function startCommand(command: string, errors: number): LineChannel {
  const [question, answer] = [new Int32Array(2), new Int32Array(2)];
  for (const ends of [question, answer]) succeed('pipe2', libc.pipe2(ends, O_CLOEXEC));
  const [itsInput = -1, ourOutput = -1] = question;
  const [ourInput = -1, itsOutput = -1] = answer;
  // A session of its own: Ctrl-C is for this process, and the agent is to hear of its end, not of the key.
  const child = spawn('/bin/sh', ['-c', command], { stdio: [itsInput, itsOutput, errors], detached: true });
  child.once('error', () => {});
  child.unref();
  for (const fd of [itsInput, itsOutput]) libc.close(fd);
  return new LineChannel(ourInput, ourOutput);
}

function errorOf({ code, message, hint }: HostTrouble): HostError {
  return new HostError(code as HostErrorCode, `on the target: ${message}`, hint);
}

function strangeProtocol(protocol: number | undefined): HostError {
  return new HostError(
    'no-agent',
    `the agent speaks protocol ${protocol ?? 'unknown'}, and this packetspec ${AGENT_PROTOCOL}`,
    'install the same version on both hosts',
  );
}
