/**
 * Archives in the `newc` form of cpio, which the kernel unpacks as its first file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Written here and not by a tool, because device nodes in
 * an archive need no rights, and because the same files must give the same bytes.
 */

/** A file, folder, link or node of the archive. Paths are absolute; all belongs to root. */
export type CpioEntry =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      /** Seconds since 1970; Python compares it with what stands in its compiled modules. */
      readonly modifiedAt: number;
      readonly content: Uint8Array;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'character-device';
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const ALIGNMENT = 4;

/** File types in the mode: S_IFDIR and its like. */
const TYPE = { folder: 0o040000, file: 0o100000, link: 0o120000, 'character-device': 0o020000 } as const;
const LINK_MODE = 0o777;

/** The archive in pieces, to be written one after the other. */
export function writeCpio(entries: readonly CpioEntry[]): readonly Uint8Array[] {
  const pieces = entries.flatMap((entry, index) => piecesOf(entry, index + 1));
  return [...pieces, header({ name: TRAILER, inode: 0, mode: 0, modifiedAt: 0, size: 0, major: 0, minor: 0 })];
}

function piecesOf(entry: CpioEntry, inode: number): readonly Uint8Array[] {
  const content = contentOf(entry);
  const head = header({
    name: entry.path.replace(/^\//, ''),
    inode,
    mode: TYPE[entry.kind] | (entry.kind === 'link' ? LINK_MODE : entry.mode),
    modifiedAt: entry.kind === 'file' ? entry.modifiedAt : 0,
    size: content.length,
    major: entry.kind === 'character-device' ? entry.major : 0,
    minor: entry.kind === 'character-device' ? entry.minor : 0,
  });
  return [head, content, new Uint8Array(paddingAfter(content.length))];
}

function contentOf(entry: CpioEntry): Uint8Array {
  switch (entry.kind) {
    case 'file':
      return entry.content;
    case 'link':
      return Buffer.from(entry.target);
    case 'folder':
    case 'character-device':
      return new Uint8Array(0);
  }
}

interface Header {
  readonly name: string;
  readonly inode: number;
  readonly mode: number;
  readonly modifiedAt: number;
  readonly size: number;
  readonly major: number;
  readonly minor: number;
}

/** The fixed part and the name, which ends with a zero byte. */
function header({ name, inode, mode, modifiedAt, size, major, minor }: Header): Uint8Array {
  const nameBytes = Buffer.byteLength(name) + 1;
  const [owner, group, links, deviceMajor, deviceMinor, checksum] = [0, 0, 1, 0, 0, 0];
  const fields = [
    ...[
      inode,
      mode,
      owner,
      group,
      links,
      modifiedAt,
      size,
      deviceMajor,
      deviceMinor,
      major,
      minor,
      nameBytes,
      checksum,
    ],
  ];
  const text = `${MAGIC}${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, new Uint8Array(paddingAfter(bytes.length))]);
}

function paddingAfter(length: number): number {
  return -length & (ALIGNMENT - 1);
}
