/** Whether this host has what a spec requires. */
import type { Host, Run } from '../host/host';
import type { KernelBound, Requirements } from '../spec/model';

/** Why the spec cannot be run here, for the user; `undefined` when it can. */
export function unmetRequirement(requirements: Requirements, host: Host, run: Run): string | undefined {
  const [unsupported] = requirements.unsupported;
  if (unsupported !== undefined) return `needs ${unsupported}, which packetspec does not have`;
  const version = kernelVersion(host.facts.kernel);
  const bound = requirements.kernel.find((one) => !holds(one, version));
  if (bound !== undefined) {
    return `requires kernel ${bound.operator}${bound.major}.${bound.minor}; this is ${host.facts.kernel}`;
  }
  const sysctl = requirements.sysctls.find((name) => !run.hasSysctl(name));
  if (sysctl !== undefined) return `requires sysctl ${sysctl}, which a network namespace of this kernel does not have`;
  const command = requirements.commands.find((name) => !host.hasCommand(name));
  return command === undefined ? undefined : `requires command ${command}, which is not installed`;
}

function kernelVersion(release: string): readonly [major: number, minor: number] {
  const match = /^(\d+)\.(\d+)/.exec(release);
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
}

function holds({ operator, major, minor }: KernelBound, [hostMajor, hostMinor]: readonly [number, number]): boolean {
  const difference = hostMajor - major || hostMinor - minor;
  switch (operator) {
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0;
    case '<=':
      return difference <= 0;
    case '<':
      return difference < 0;
    case '=':
      return difference === 0;
  }
}
