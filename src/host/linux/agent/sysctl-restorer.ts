/**
 * Sysctls of the network that this process is in, which others use too: each gets its value back at the end of the run,
 * also when this process is killed. A shell that outlives it does it in either case.
 */
import { readFileSync } from 'node:fs';
import { HostError } from '../../host';
import { OutlivingShell } from '../outliving-shell';
import { type Sysctls, sysctlPath } from '../sysctl';

const RESTORED_WITHIN_MS = 5_000;

/** Pairs of lines: a file, and what it is to hold again. Nothing but their end makes it write. */
const SCRIPT = `
trap '' HUP INT TERM
while IFS= read -r file && IFS= read -r value; do set -- "$@" "$file" "$value"; done
while [ $# -gt 1 ]; do printf '%s\\n' "$2" >"$1"; shift 2; done
`;

export class SysctlRestorer {
  readonly #sysctls: Sysctls;
  readonly #known = new Set<string>();
  #shell: OutlivingShell | undefined;

  constructor(sysctls: Sysctls) {
    this.#sysctls = sysctls;
  }

  /** As `Sysctls.set`, until `restore`. @throws HostError */
  set(name: string, value: string): void {
    if (this.#sysctls.has(name)) this.#remember(name);
    this.#sysctls.set(name, value);
  }

  /** Brings all of them back. */
  restore(): void {
    this.#shell?.dismiss(RESTORED_WITHIN_MS);
    this.#shell = undefined;
    this.#known.clear();
  }

  /** Before it is changed for the first time. @throws HostError when its value could not be brought back */
  #remember(name: string): void {
    const path = sysctlPath(name);
    if (path === undefined || this.#known.has(path)) return;
    const value = readFileSync(path, 'utf8').trimEnd();
    this.#shell ??= new OutlivingShell(SCRIPT, []);
    if (value.includes('\n') || !this.#shell.say(`${path}\n${value}`)) {
      throw new HostError('refused-sysctl', `${name} is not set: its value could not be brought back`);
    }
    this.#known.add(path);
  }
}
