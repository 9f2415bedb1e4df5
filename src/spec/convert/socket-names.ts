/**
 * Names for the descriptors of a script, by what becomes of them: `server`, `client`, `app`. A number that is used
 * again, for another descriptor, gets another name.
 */
import { namesGivenBy, namesUsedBy, reachesOut } from '../arguments';
import type { Call, Step } from '../model';
import type { NameOf } from './call-text';

/** A descriptor from the call that gives it on. */
interface Descriptor {
  name: string;
}

export class SocketNames {
  /** In the order in which they are given. */
  readonly #descriptors: readonly Descriptor[];
  #walk = new DescriptorWalk();
  #given = 0;
  #newest: string | undefined;

  constructor(steps: readonly Step[]) {
    this.#descriptors = christen(steps);
  }

  /** The call that made the newest socket gave it this name. */
  get newestSocket(): string | undefined {
    return this.#newest;
  }

  /** What the script's number stands for at this place. */
  current(number: string): string | undefined {
    return this.#walk.find(number)?.name;
  }

  /** The names in a call; calls are taken in the order of the script. */
  take(call: Call): NameOf {
    const names = new Map<object, string>();
    for (const use of namesUsedBy(call)) names.set(use, this.current(use.name) ?? `fd${use.name}`);
    this.#walk.close(call);
    for (const given of namesGivenBy(call)) {
      const descriptor = this.#descriptors[this.#given++] ?? { name: `fd${given.name}` };
      this.#walk.open(given.name, descriptor);
      names.set(given, descriptor.name);
      if (call.name === 'socket' || call.name === 'accept') this.#newest = descriptor.name;
    }
    return (descriptor) => names.get(descriptor) ?? descriptor.name;
  }
}

/** Which descriptor a number is. accept() may give one that is open, which hides the older one until it is closed. */
class DescriptorWalk {
  readonly #open = new Map<string, Descriptor[]>();
  readonly #last = new Map<string, Descriptor>();

  /** One that was closed is still what its number stands for. */
  find(number: string): Descriptor | undefined {
    return this.#open.get(number)?.at(-1) ?? this.#last.get(number);
  }

  open(number: string, descriptor: Descriptor): void {
    this.#open.set(number, [...(this.#open.get(number) ?? []), descriptor]);
    this.#last.set(number, descriptor);
  }

  close({ name, args: [first], result }: Call): void {
    if (name === 'close' && first?.kind === 'socket' && result.kind === 'value' && result.value >= 0)
      this.#open.get(first.name)?.pop();
  }
}

/** Gives every descriptor its name. */
function christen(steps: readonly Step[]): readonly Descriptor[] {
  const walk = new DescriptorWalk();
  const all: Descriptor[] = [];
  for (const { action } of steps) {
    if (action.kind !== 'call') continue;
    const { call } = action;
    const [first] = call.args;
    const used = first?.kind === 'socket' ? walk.find(first.name) : undefined;
    if (used?.name === SOCKET && call.name === 'listen') used.name = 'server';
    if (used?.name === SOCKET && reachesOut(call)) used.name = 'client';
    walk.close(call);
    namesGivenBy(call).forEach(({ name }, index) => {
      const descriptor = { name: kindOf(call, index) };
      all.push(descriptor);
      walk.open(name, descriptor);
    });
  }
  return numbered(all);
}

const SOCKET = 'socket';

function kindOf(call: Call, index: number): string {
  switch (call.name) {
    case 'accept':
      return 'app';
    case 'epoll_create':
      return 'events';
    case 'open':
      return 'file';
    case 'pipe':
      return index === 0 ? 'reader' : 'writer';
    default:
      return SOCKET;
  }
}

/** `app`, `app2`, `app3`. */
function numbered(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  const counts = new Map<string, number>();
  for (const descriptor of descriptors) {
    const count = (counts.get(descriptor.name) ?? 0) + 1;
    counts.set(descriptor.name, count);
    if (count > 1) descriptor.name += String(count);
  }
  return descriptors;
}
