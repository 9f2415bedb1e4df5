/**
 * A host elsewhere, seen from this one: each run sends over the real network from the namespace that this process was
 * started in, which stays as it is.
 */
import type { Ns } from '../../../base/nanoseconds';
import { NS_PER_US } from '../../../base/nanoseconds';
import type { Network } from '../../../timeline/timeline';
import type { Host, HostFacts, Run } from '../../host';
import type { Guardian } from '../guardian';
import { type Eyes } from './eyes';
import { TargetRun } from './target-run';

const SPIN_NS = 200 * NS_PER_US;

export interface TargetHostParts {
  readonly eyes: Eyes;
  /** Its command calls `endAbandonedConnections`. */
  readonly guardian: Guardian;
}

export function openTargetHost(parts: TargetHostParts): Host {
  return new TargetHost(parts);
}

class TargetHost implements Host {
  readonly facts: HostFacts;
  readonly #eyes: Eyes;
  readonly #guardian: Guardian;

  constructor({ eyes, guardian }: TargetHostParts) {
    this.#eyes = eyes;
    this.#guardian = guardian;
    this.facts = { ...eyes.facts, rootless: false, time: 'real' };
  }

  timeOfDay(): string {
    return new Date().toISOString();
  }

  steadyNs(): Ns {
    return Number(process.hrtime.bigint());
  }

  hasCommand(name: string): boolean {
    return this.#eyes.hasCommand(name);
  }

  openRun(network: Network): Run {
    return new TargetRun({ network, eyes: this.#eyes, guardian: this.#guardian, spinNs: SPIN_NS });
  }
}
