/** `--pcapng DIR`: what crossed the link in each run, for Wireshark and its like. */
import { pcapngOf } from '../report/pcapng';
import type { RunFileKind } from './run-files';
import { packageVersion } from './version';

export const PCAPNG_FILES: RunFileKind = {
  extension: 'pcapng',
  content: (result) => pcapngOf(result, `packetspec ${packageVersion()}`),
};
