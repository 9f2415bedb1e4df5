/** The names that a code block may use: constants, the values of its sample, and what earlier blocks assigned. */
import type { OptionBytes, Sample } from '../../trace/trace';
import { congestionInfoFields } from '../../wire/congestion-info';
import { memoryInfoFields } from '../../wire/memory-info';
import { TCP_INFO_FIELDS, tcpInfoInteger } from '../../wire/tcp-info';
import { PythonError } from './error';
import type { PythonValue } from './values';

/** States of include/net/tcp_states.h, `enum tcp_ca_state` and `TCPI_OPT_*` of include/uapi/linux/tcp.h. */
const CONSTANTS: ReadonlyMap<string, bigint> = new Map([
  ['TCP_ESTABLISHED', 1n],
  ['TCP_SYN_SENT', 2n],
  ['TCP_SYN_RECV', 3n],
  ['TCP_FIN_WAIT1', 4n],
  ['TCP_FIN_WAIT2', 5n],
  ['TCP_TIME_WAIT', 6n],
  ['TCP_CLOSE', 7n],
  ['TCP_CLOSE_WAIT', 8n],
  ['TCP_LAST_ACK', 9n],
  ['TCP_LISTEN', 10n],
  ['TCP_CLOSING', 11n],
  ['TCP_CA_Open', 0n],
  ['TCP_CA_Disorder', 1n],
  ['TCP_CA_CWR', 2n],
  ['TCP_CA_Recovery', 3n],
  ['TCP_CA_Loss', 4n],
  ['TCPI_OPT_TIMESTAMPS', 1n],
  ['TCPI_OPT_SACK', 2n],
  ['TCPI_OPT_WSCALE', 4n],
  ['TCPI_OPT_ECN', 8n],
  ['TCPI_OPT_ECN_SEEN', 16n],
  ['TCPI_OPT_SYN_DATA', 32n],
  ['TCPI_OPT_USEC_TS', 64n],
  ['TCPI_OPT_TFO_CHILD', 128n],
]);

/** packetdrill has no name for the one that is left out. */
const TCP_INFO_NAMES = TCP_INFO_FIELDS.filter((name) => name !== 'tcpi_fastopen_client_fail');

/** What stands for a block's sample in Python. */
export interface SampleNames {
  readonly values: ReadonlyMap<string, bigint>;
  /** Names that packetspec knows and this kernel does not -> why, in a sentence's second half. */
  readonly absent: ReadonlyMap<string, string>;
}

/** The names of a sample; or, when an option could not be read, which one and why. */
export function sampleNames({
  tcpInfo,
  congestionInfo,
  memoryInfo,
}: Sample): SampleNames | { readonly trouble: string } {
  const info = bytesOf('TCP_INFO', tcpInfo);
  const congestion = bytesOf('TCP_CC_INFO', congestionInfo);
  const memory = bytesOf('SO_MEMINFO', memoryInfo);
  for (const one of [info, congestion, memory]) if (typeof one === 'string') return { trouble: one };
  if (typeof info === 'string' || typeof congestion === 'string' || typeof memory === 'string') return { trouble: '' };
  const values = new Map(CONSTANTS);
  const absent = new Map<string, string>();
  for (const name of TCP_INFO_NAMES) {
    const value = tcpInfoInteger(info, name);
    if (value === undefined) absent.set(name, `this kernel's TCP_INFO is ${info.length} bytes: it has no ${name}`);
    else values.set(name, value);
  }
  for (const [name, value] of [...congestionInfoFields(congestion), ...memoryInfoFields(memory)])
    values.set(name, value);
  return { values, absent };
}

function bytesOf(option: string, got: OptionBytes | undefined): Uint8Array | string {
  if (got === undefined) return 'there is no socket of which to get TCP_INFO: call socket() first';
  return 'bytes' in got ? got.bytes : `getsockopt(${option}) gave ${got.errno}`;
}

/** One namespace for all blocks of a run. */
export class Namespace {
  readonly #values = new Map<string, PythonValue>();
  #absent: ReadonlyMap<string, string> = new Map();

  /** Assigns everything that a block is given, over what was there before. */
  assignAll({ values, absent }: SampleNames): void {
    for (const [name, value] of values) this.#values.set(name, value);
    this.#absent = absent;
  }

  set(name: string, value: PythonValue): void {
    this.#values.set(name, value);
  }

  /** @throws PythonError NameError */
  get(name: string): PythonValue {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    throw new PythonError('NameError', nameErrorText(name, this.#absent.get(name)));
  }

  /** The value; `undefined` when there is none. */
  peek(name: string): PythonValue | undefined {
    return this.#values.get(name);
  }
}

function nameErrorText(name: string, why: string | undefined): string {
  return `name '${name}' is not defined${why === undefined ? '' : `; ${why}`}`;
}
