/** The SNMP counters of a network: /proc/net/snmp and /proc/net/netstat. */
import type { CounterValues } from '../../trace/trace';
import { ProcFile } from './proc-file';

/** Each line of names is followed by a line of values with the same heading. */
export type CounterLines = readonly string[];

export class CounterFiles {
  readonly #files = [new ProcFile('/proc/thread-self/net/snmp'), new ProcFile('/proc/thread-self/net/netstat')];
  #base: CounterLines = [];
  #values: CounterValues = {};

  /** All of them. They are what `moved` compares with from now on. */
  read(): CounterValues {
    const lines = this.#lines();
    // Naming four hundred values takes a guest a tenth of a short run.
    if (!isSame(lines, this.#base)) this.#values = counterValues(lines);
    this.#base = lines;
    return this.#values;
  }

  /** Those that differ from the last `read`. */
  moved(): CounterValues {
    return movedCounters(this.#base, this.#lines());
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  #lines(): CounterLines {
    return this.#files.flatMap((file) => file.read().trimEnd().split('\n'));
  }
}

/** Names with their group, for each line of names ever seen: the lines of one kernel do not change. */
const namesOfLines = new Map<string, readonly string[]>();

/** Every counter, by its name with its group. */
export function counterValues(lines: CounterLines): CounterValues {
  return movedCounters([], lines);
}

/** The counters of which the value is not what it was in other lines. */
export function movedCounters(base: CounterLines, lines: CounterLines): CounterValues {
  const moved: Record<string, number> = {};
  for (let line = 0; line + 1 < lines.length; line += 2)
    addMoved(lines[line] ?? '', base[line + 1], lines[line + 1], moved);
  return moved;
}

function addMoved(
  heading: string,
  before: string | undefined,
  now: string | undefined,
  moved: Record<string, number>,
): void {
  if (now === undefined || now === before) return;
  const names = namesOf(heading);
  const old = before?.split(' ') ?? [];
  for (const [index, value] of now.split(' ').entries()) {
    const name = names[index - 1];
    if (name !== undefined && value !== old[index]) moved[name] = Number(value);
  }
}

function isSame(lines: CounterLines, others: CounterLines): boolean {
  return lines.length === others.length && lines.every((line, index) => line === others[index]);
}

/** `Tcp: InSegs OutRsts` gives `Tcp.InSegs`, `Tcp.OutRsts`. */
function namesOf(line: string): readonly string[] {
  const known = namesOfLines.get(line);
  if (known !== undefined) return known;
  const [heading = '', ...columns] = line.split(' ');
  const names = columns.map((column) => `${heading.slice(0, -1)}.${column}`);
  namesOfLines.set(line, names);
  return names;
}
