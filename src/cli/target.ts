/** The host that `--target` names: how it is reached, before anything is read or run. */
import { HostError } from '../host/host';
import type * as FindTarget from '../host/linux/target/find-target';
import type { LinkKind } from '../spec/link-kind';
import type { Target } from '../timeline/target';

export interface TargetOptions {
  readonly target?: string;
  readonly port?: number;
  readonly agent?: string;
  readonly link?: LinkKind;
}

/** What the target means for the plan; nothing without one. */
export interface TargetSettings {
  readonly target?: Target;
}

/** @returns `problem`: why there is no way to it, with what to do about it */
export function findTargetOf(options: TargetOptions): TargetSettings | { readonly problem: string } {
  const { target, port, agent, link } = options;
  if (target === undefined) return port === undefined ? {} : { problem: '--port goes with --target' };
  if (link !== undefined) return { problem: '--target is a link of its own: leave --link out' };
  // Only now: it loads what calls the kernel, which no other command of this process needs.
  const { findTarget } = require('../host/linux/target/find-target') as typeof FindTarget;
  try {
    const found = findTarget(target);
    return { target: { ...found, ...(port === undefined ? {} : { port }), hasAgent: agent !== undefined } };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { problem: `--target: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}` };
  }
}
