/** The SNMP counters of a network: /proc/net/snmp and /proc/net/netstat. */
import type { CounterValues } from '../../trace/trace';
import { ProcFile } from './proc-file';

export class CounterFiles {
  readonly #files = [new ProcFile('/proc/thread-self/net/snmp'), new ProcFile('/proc/thread-self/net/netstat')];

  read(): CounterValues {
    const values: Record<string, number> = {};
    for (const file of this.#files) parseCounters(file.read(), values);
    return values;
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}

/** Names with their group, for each line of names ever seen: the lines of one kernel do not change. */
const namesOfLines = new Map<string, readonly string[]>();

/** Adds the counters of a text in which each line of names is followed by a line of values with the same heading. */
export function parseCounters(text: string, values: Record<string, number>): void {
  const lines = text.split('\n');
  for (let line = 0; line + 1 < lines.length; line += 2) {
    const names = namesOf(lines[line] ?? '');
    const numbers = (lines[line + 1] ?? '').split(' ');
    for (const [index, name] of names.entries()) values[name] = Number(numbers[index + 1]);
  }
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
