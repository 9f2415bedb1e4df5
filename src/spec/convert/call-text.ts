/** A system call in the notation of YAML: `read(app, ..., 1000) = -1 EAGAIN`. */
import type { Call, CallArgument, CallResult, StructField } from '../model';

/** How descriptors are called. */
export type NameOf = (descriptor: { readonly name: string }) => string;

/** One line that the notation reads back as the same call, but for the names. */
export function callText({ name, args, result }: Call, nameOf: NameOf): string {
  const list = args.map((argument) => argumentText(argument, nameOf)).join(', ');
  return `${name}(${list}) = ${resultText(result, nameOf)}`;
}

function resultText(result: CallResult, nameOf: NameOf): string {
  if (result.kind === 'socket') return nameOf(result);
  return result.errno === undefined ? String(result.value) : `${result.value} ${result.errno}`;
}

function argumentText(argument: CallArgument, nameOf: NameOf): string {
  switch (argument.kind) {
    case 'ellipsis':
      return '...';
    case 'null':
      return 'NULL';
    case 'integer':
      return String(argument.value);
    case 'symbols':
      return argument.names.join('|');
    case 'string':
      return stringText(argument.bytes);
    case 'socket':
      return nameOf(argument);
    case 'list':
      return `[${argument.items.map((item) => argumentText(item, nameOf)).join(', ')}]`;
    case 'struct':
      return structText(argument.fields, nameOf);
  }
}

/** struct iovec has its two values alone; struct msghdr the lengths in brackets behind the names of what they count. */
function structText(fields: readonly StructField[], nameOf: NameOf): string {
  const isPiece = fields[0]?.name === 'iov_base';
  const parts: string[] = [];
  let length = '';
  for (const { name, value } of fields) {
    const text = argumentText(value, nameOf);
    if (name === 'msg_namelen' || name === 'msg_iovlen') length = `(${text})`;
    else {
      parts.push(isPiece ? text : `${name}${length}=${text}`);
      length = '';
    }
  }
  return `{${parts.join(', ')}}`;
}

function stringText(bytes: Uint8Array): string {
  const characters = [...bytes].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
      ? `\\x${byte.toString(16).padStart(2, '0')}`
      : String.fromCharCode(byte),
  );
  return `"${characters.join('')}"`;
}
