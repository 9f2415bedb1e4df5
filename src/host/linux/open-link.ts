/** Which kind of link a run has. */
import type { Network } from '../../timeline/timeline';
import { HostError } from '../host';
import type { HarnessLink } from './harness-link';
import { RawLink } from './raw-link';
import { RawOverLoopback } from './raw-over-loopback';
import { Tun } from './tun';

/**
 * Makes the link of a run in the network that the calling thread is in. Its device is still down.
 * @throws HostError
 */
export function openLink(network: Network): HarnessLink {
  switch (network.link) {
    case 'tun':
      return new Tun(network);
    case 'raw':
      return new RawLink(network);
    case 'raw-lo':
      return new RawOverLoopback(network);
    case 'target':
      throw new HostError('no-route', 'a host elsewhere is not reached from a private network');
  }
}
