/** All targets, in the order in which they have their turns. */
import { pktTarget } from './pkt-target';
import { pythonTarget } from './python-target';
import type { Target } from './target';
import { wireTarget } from './wire-target';
import { yamlTarget } from './yaml-target';

export const TARGETS: readonly Target[] = [pktTarget, yamlTarget, pythonTarget, wireTarget];
