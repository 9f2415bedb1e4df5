/** What the main process and an executor process say to each other. Messages are structured clones: bytes stay bytes. */
import type { HostFacts } from '../host/host';
import type { Timeline } from '../timeline/timeline';
import type { HostTrouble, Trace } from '../trace/trace';

export type ToExecutor = { readonly kind: 'run'; readonly timeline: Timeline };

export type FromExecutor =
  | { readonly kind: 'ready'; readonly facts: HostFacts }
  /** This host cannot run anything at all. */
  | { readonly kind: 'unfit'; readonly trouble: HostTrouble }
  /** The trace is whole; the network behind it may still be closing. */
  | { readonly kind: 'finished'; readonly trace: Trace }
  /** A defect of the harness. */
  | { readonly kind: 'crashed'; readonly stack: string };
