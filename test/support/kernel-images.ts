/** Small images of kernels and modules, made byte by byte as the specifications of their formats say. */
import { gzipSync } from 'node:zlib';

const EXECUTABLE = 2;
const RELOCATABLE = 1;
const X86_64 = 62;

export interface ElfParts {
  readonly type?: number;
  readonly machine?: number;
  /** Of program headers: PT_LOAD is 1, PT_NOTE is 4. */
  readonly segments?: readonly { readonly type: number; readonly data: Buffer }[];
  readonly sections?: readonly { readonly name: string; readonly data: Buffer; readonly type?: number }[];
}

/** An ELF file of 64 bits, little endian: header, program headers, contents, section headers (ELF-64 Object File Format). */
export function elf({ type = EXECUTABLE, machine = X86_64, segments = [], sections = [] }: ElfParts): Buffer {
  const named = [
    ...sections,
    { name: '.shstrtab', data: Buffer.from(`\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`) },
  ];
  const names = named.at(-1)?.data.toString('latin1') ?? '';
  const contents = [...segments, ...named];
  const start = 64 + segments.length * 56;
  const offsets = contents.map(
    (_, index) => start + contents.slice(0, index).reduce((sum, { data }) => sum + data.length, 0),
  );
  const end = start + contents.reduce((sum, { data }) => sum + data.length, 0);
  const header = Buffer.alloc(64);
  header.write('7f454c46020101', 'hex');
  header.writeUInt16LE(type, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(64n, 32);
  header.writeBigUInt64LE(BigInt(end), 40);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(segments.length, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(named.length + 1, 60);
  header.writeUInt16LE(named.length, 62);
  const programHeaders = segments.map((segment, index) =>
    programHeader(segment.type, offsets[index] ?? 0, segment.data.length),
  );
  const sectionHeaders = named.map(({ name, data, ...rest }, index) => {
    const nameOffset = names.indexOf(`\0${name}\0`) + 1;
    const sectionType = 'type' in rest ? rest.type : undefined;
    return sectionHeader(nameOffset, sectionType ?? 1, offsets[segments.length + index] ?? 0, data.length);
  });
  return Buffer.concat([
    header,
    ...programHeaders,
    ...contents.map(({ data }) => data),
    Buffer.alloc(64),
    ...sectionHeaders,
  ]);
}

function programHeader(type: number, offset: number, length: number): Buffer {
  const row = Buffer.alloc(56);
  row.writeUInt32LE(type, 0);
  row.writeBigUInt64LE(BigInt(offset), 8);
  row.writeBigUInt64LE(BigInt(length), 32);
  row.writeBigUInt64LE(BigInt(length), 40);
  return row;
}

function sectionHeader(nameOffset: number, type: number, offset: number, length: number): Buffer {
  const row = Buffer.alloc(64);
  row.writeUInt32LE(nameOffset, 0);
  row.writeUInt32LE(type, 4);
  row.writeBigUInt64LE(BigInt(offset), 24);
  row.writeBigUInt64LE(BigInt(length), 32);
  return row;
}

/** One entry of a note segment. */
function note(owner: string, type: number, description: Buffer): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length, 0);
  head.writeUInt32LE(description.length, 4);
  head.writeUInt32LE(type, 8);
  const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([head, pad(name), pad(description)]);
}

export interface KernelParts {
  readonly release?: string;
  readonly hasPvhEntry?: boolean;
  /** With CONFIG_IKCONFIG=y. */
  readonly config?: string;
}

/** The least that is a kernel: its banner, its notes (XEN_ELFNOTE_PHYS32_ENTRY is 18) and maybe its configuration. */
export function vmlinux({ release = '6.99.1-test', hasPvhEntry = true, config }: KernelParts = {}): Buffer {
  const banner = `%s version %s\0Linux version of something else\0Linux version ${release} (me@here) (gcc 12) #1 SMP\n\0`;
  const ikconfig = config === undefined ? [] : [Buffer.from('IKCFG_ST'), gzipSync(config), Buffer.from('IKCFG_ED')];
  const notes = [note('Linux', 257, Buffer.from([0, 0, 0, 0])), note('GNU', 3, Buffer.alloc(20, 7))];
  const pvh = hasPvhEntry ? [note('Xen', 18, Buffer.alloc(8))] : [];
  return elf({
    segments: [
      { type: 1, data: Buffer.concat([Buffer.from(banner), ...ikconfig]) },
      { type: 4, data: Buffer.concat([...notes, ...pvh]) },
    ],
  });
}

/** How a bzImage packs its payload. The build appends the size to what does not end with it, as gzip does. */
export interface Packing {
  readonly pack: (image: Buffer) => Buffer;
  readonly hasSize?: boolean;
}

export interface BzImageParts {
  readonly release?: string;
  readonly packing?: Packing;
  /** Bit 0 of `xloadflags`: there is an entry for 64 bits. */
  readonly is64?: boolean;
}

/** A bzImage around an image (Documentation/arch/x86/boot.rst). */
export function bzImage(
  image: Buffer,
  {
    release = '6.99.1-test',
    packing = { pack: (bytes) => gzipSync(bytes), hasSize: true },
    is64 = true,
  }: BzImageParts = {},
): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(image.length);
  const packed = packing.pack(image);
  const payload = packing.hasSize === true ? packed : Buffer.concat([packed, size]);
  const [setupSectors, codeBytes] = [3, 640];
  const setup = Buffer.alloc((setupSectors + 1) * 512);
  const protectedMode = Buffer.concat([Buffer.alloc(codeBytes, 0x90), payload]);
  const padded = Buffer.concat([protectedMode, Buffer.alloc((16 - (protectedMode.length % 16)) % 16)]);
  setup[0x1f1] = setupSectors;
  setup.writeUInt32LE(padded.length / 16, 0x1f4);
  setup.writeUInt16LE(0xaa55, 0x1fe);
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(0x020f, 0x206);
  setup.writeUInt16LE(0x400, 0x20e);
  setup.writeUInt16LE(is64 ? 0x7f : 0x7e, 0x236);
  setup.writeUInt32LE(codeBytes, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  setup.write(`${release} (me@here) #1 SMP Thu Jan 1 00:00:00 UTC 2026\0`, 0x600, 'latin1');
  return Buffer.concat([setup, padded]);
}

/** A module with its `.modinfo` section. */
export function moduleObject(depends: readonly string[] = [], release = '6.99.1-test', machine = X86_64): Buffer {
  const info = ['license=GPL', `depends=${depends.join(',')}`, 'intree=Y', `vermagic=${release} SMP mod_unload `];
  const sections = [
    { name: '.text', data: Buffer.alloc(16, 0x90) },
    { name: '.bss', data: Buffer.alloc(0), type: 8 },
    { name: '.modinfo', data: Buffer.from(info.map((line) => `${line}\0`).join('')) },
  ];
  return elf({ type: RELOCATABLE, machine, sections });
}

/** As scripts/sign-file of the kernel signs: the signature, what it is (its length comes last), and the mark. */
export function signed(object: Buffer, signature = Buffer.alloc(300, 5)): Buffer {
  const information = Buffer.alloc(12);
  information[2] = 2;
  information.writeUInt32BE(signature.length, 8);
  return Buffer.concat([object, signature, information, Buffer.from('~Module signature appended~\n')]);
}

/** The modules without which no guest runs, and what they depend on, as Debian's 5.10 has them. */
export const REQUIRED_MODULES: Readonly<Record<string, readonly string[]>> = {
  virtio: [],
  virtio_ring: ['virtio'],
  virtio_pci: ['virtio', 'virtio_ring'],
  virtio_console: ['virtio', 'virtio_ring'],
  tun: [],
  inet_diag: [],
  tcp_diag: ['inet_diag'],
};
