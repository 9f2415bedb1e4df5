/**
 * The first program of a guest: gives the kernel its entropy, and turns into another program. Without the instructions
 * for chance (`-rdrand` in `vm/qemu`) a kernel gathers entropy by waiting for a second, in a loop, before it gives random
 * numbers to anybody; no program of a distribution ends that. What it is given is the same each time, and so are the numbers.
 */

export interface InitProgram {
  /** The program that it turns into. */
  readonly path: string;
  /** Its arguments, the name that it is called by first. */
  readonly args: readonly string[];
  /** NAME=VALUE. */
  readonly environment: readonly string[];
}

/** A static program of x86-64, as ELF: one segment, at a fixed address, headers included. */
const LOADED_AT = 0x400000;
const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CODE_AT = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES;
const CODE_BYTES = 84;
const DATA_AT = CODE_AT + CODE_BYTES;
const POINTER_BYTES = 8;
const PAGE_BYTES = 0x1000;

const RANDOM_DEVICE = '/dev/random';
/** `struct rand_pool_info` of linux/random.h: bits, bytes, and as many bytes as kernels ask for at most. */
const ENTROPY_BYTES = 64;
const POOL_HEADER_BYTES = 8;
const BITS_PER_BYTE = 8;
/** Not random: any bytes would do. */
const ENTROPY_STEP = 37;

/** The file. */
export function initProgram({ path, args, environment }: InitProgram): Uint8Array {
  const data = new Data();
  const device = data.text(RANDOM_DEVICE);
  const pool = data.bytes(entropyPool());
  const program = data.text(path);
  const argv = data.pointers(args.map((arg) => data.text(arg)));
  const envp = data.pointers(environment.map((entry) => data.text(entry)));
  const body = Buffer.concat([code({ device, pool, program, argv, envp }), data.all()]);
  return Buffer.concat([headers(CODE_AT + body.length), body]);
}

interface Addresses {
  readonly device: number;
  readonly pool: number;
  readonly program: number;
  readonly argv: number;
  readonly envp: number;
}

/** What fails is left out: the kernel then says at the latest that its first process has ended. */
function code({ device, pool, program, argv, envp }: Addresses): Uint8Array {
  const written = Buffer.from([
    // open(device, O_WRONLY | O_CLOEXEC)
    ...[0xb8, ...word(2), 0xbf, ...word(device), 0xbe, ...word(0x80001), 0x0f, 0x05],
    // ioctl(fd, RNDADDENTROPY, pool)
    ...[0x89, 0xc7, 0xb8, ...word(16), 0xbe, ...word(0x40085203), 0xba, ...word(pool), 0x0f, 0x05],
    // execve(program, argv, envp)
    ...[0xb8, ...word(59), 0xbf, ...word(program), 0xbe, ...word(argv), 0xba, ...word(envp), 0x0f, 0x05],
    // exit(127)
    ...[0xb8, ...word(60), 0xbf, ...word(127), 0x0f, 0x05],
  ]);
  return Buffer.concat([written, Buffer.alloc(CODE_BYTES - written.length)]);
}

/** An immediate operand. */
function word(value: number): readonly number[] {
  return [...Buffer.from(Uint32Array.of(value).buffer)];
}

function entropyPool(): Uint8Array {
  const pool = Buffer.alloc(POOL_HEADER_BYTES + ENTROPY_BYTES);
  pool.writeUInt32LE(ENTROPY_BYTES * BITS_PER_BYTE, 0);
  pool.writeUInt32LE(ENTROPY_BYTES, 4);
  for (let at = 0; at < ENTROPY_BYTES; at++) pool[POOL_HEADER_BYTES + at] = (at * ENTROPY_STEP) % 256;
  return pool;
}

/** What lies behind the code. */
class Data {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** @returns the address, on a boundary of eight bytes */
  bytes(bytes: Uint8Array): number {
    const address = LOADED_AT + DATA_AT + this.#length;
    const padded = Buffer.alloc(Math.ceil(bytes.length / POINTER_BYTES) * POINTER_BYTES);
    padded.set(bytes);
    this.#pieces.push(padded);
    this.#length += padded.length;
    return address;
  }

  text(text: string): number {
    return this.bytes(Buffer.from(`${text}\0`));
  }

  /** As execve(2) takes them: with a null pointer behind the last. */
  pointers(addresses: readonly number[]): number {
    return this.bytes(Buffer.from(BigUint64Array.from([...addresses, 0].map(BigInt)).buffer));
  }

  all(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

/** ELF-64 header and one program header (elf(5)). @param size of the whole file */
function headers(size: number): Uint8Array {
  const bytes = Buffer.alloc(CODE_AT);
  // Magic, 64 bits, little endian, version 1.
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  // ET_EXEC, EM_X86_64, version 1.
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(LOADED_AT + CODE_AT), 24);
  // The program headers follow at once: one.
  bytes.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32);
  bytes.writeUInt16LE(ELF_HEADER_BYTES, 52);
  bytes.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  bytes.writeUInt16LE(1, 56);
  // PT_LOAD, readable and executable.
  bytes.writeUInt32LE(1, ELF_HEADER_BYTES);
  bytes.writeUInt32LE(5, ELF_HEADER_BYTES + 4);
  const at = (offset: number): number => ELF_HEADER_BYTES + offset;
  bytes.writeBigUInt64LE(0n, at(8));
  bytes.writeBigUInt64LE(BigInt(LOADED_AT), at(16));
  bytes.writeBigUInt64LE(BigInt(LOADED_AT), at(24));
  bytes.writeBigUInt64LE(BigInt(size), at(32));
  bytes.writeBigUInt64LE(BigInt(size), at(40));
  bytes.writeBigUInt64LE(BigInt(PAGE_BYTES), at(48));
  return bytes;
}
