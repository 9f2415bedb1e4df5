/** Whether this host has what a spec requires. */
import type { Host, Run } from '../host/host';
import { printBound, unmetBound } from '../spec/kernel-bound';
import type { Requirements } from '../spec/model';

/** Why the spec cannot be run here, for the user; `undefined` when it can. */
export function unmetRequirement(requirements: Requirements, host: Host, run: Run): string | undefined {
  const [unsupported] = requirements.unsupported;
  if (unsupported !== undefined) return `needs ${unsupported}, which packetspec does not have`;
  const bound = unmetBound(requirements.kernel, host.facts.kernel);
  if (bound !== undefined) return `requires kernel ${printBound(bound)}; this is ${host.facts.kernel}`;
  const sysctl = requirements.sysctls.find((name) => !run.hasSysctl(name));
  if (sysctl !== undefined) return `requires sysctl ${sysctl}, which a network namespace of this kernel does not have`;
  const command = requirements.commands.find((name) => !host.hasCommand(name));
  return command === undefined ? undefined : `requires command ${command}, which is not installed`;
}
