/**
 * Whether a call's arguments agree with each other: counts with the lists that they count, lengths with texts, and a
 * descriptor with the event that is about it.
 */
import { fieldOf, integerOf, itemsOf } from '../arguments';
import type { Call, CallArgument } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Dialect } from './scanner';

/** What is wrong, and which argument's number is to blame. */
interface Disagreement {
  readonly at: CallArgument | undefined;
  readonly message: string;
  readonly hint?: string;
}

const NONE: readonly Disagreement[] = [];

/** True when the arguments, each of which is right by itself, go together; reports what does not otherwise. */
export function checkAgreement(call: Call, complaints: Complaints, dialect: Dialect): boolean {
  const found = disagreements(call, dialect);
  for (const { at, message, hint } of found) {
    complaints.report(errorAt(at?.span ?? call.span, 'bad-call', message, hint));
  }
  return found.length === 0;
}

function disagreements({ name, args }: Call, dialect: Dialect): readonly Disagreement[] {
  const [first, second, third] = args;
  switch (name) {
    case 'write':
    case 'send':
    case 'sendto':
      return lengthOfText(second, third);
    case 'readv':
      return countOf(second, third, 'buffers');
    case 'writev':
      return [...countOf(second, third, 'buffers'), ...lengthsOfTexts(second)];
    case 'poll':
      return countOf(first, second, 'entries');
    case 'recvmsg':
      return countOf(fieldOf(second, 'msg_iov'), fieldOf(second, 'msg_iovlen'), 'buffers');
    case 'sendmsg':
      return [
        ...countOf(fieldOf(second, 'msg_iov'), fieldOf(second, 'msg_iovlen'), 'buffers'),
        ...lengthsOfTexts(fieldOf(second, 'msg_iov')),
        ...ignoredFlags(fieldOf(second, 'msg_flags')),
      ];
    case 'epoll_ctl':
      // packetdrill's scripts may say of one descriptor what they are told of another.
      return dialect === 'yaml' ? aboutAnother(third, fieldOf(args[3], 'fd')) : NONE;
    case 'cap_set':
      return capabilitySet(first, third);
    default:
      return NONE;
  }
}

/** A text in the buffer must be as long as the length says, or longer. */
function lengthOfText(buffer: CallArgument | undefined, length: CallArgument | undefined): readonly Disagreement[] {
  if (buffer?.kind !== 'string' || length?.kind !== 'integer' || length.value <= buffer.bytes.length) return NONE;
  return [{ at: length, message: `the text has ${buffer.bytes.length} bytes, ${length.value} are to be written` }];
}

function lengthsOfTexts(vector: CallArgument | undefined): readonly Disagreement[] {
  return itemsOf(vector).flatMap((piece) => lengthOfText(fieldOf(piece, 'iov_base'), fieldOf(piece, 'iov_len')));
}

function countOf(
  list: CallArgument | undefined,
  count: CallArgument | undefined,
  noun: string,
): readonly Disagreement[] {
  const there = itemsOf(list).length;
  const said = integerOf(count);
  if (said === undefined || said === there) return NONE;
  return [{ at: count, message: `the list of ${noun} has ${there}, not ${said}` }];
}

/** What a sender writes into msg_flags goes nowhere (sendmsg(2)). */
function ignoredFlags(flags: CallArgument | undefined): readonly Disagreement[] {
  if (flags === undefined || integerOf(flags) === 0) return NONE;
  const message = '`sendmsg` does not look at `msg_flags`';
  return [{ at: flags, message, hint: 'write `msg_flags=0`, and the flags as the last argument' }];
}

function aboutAnother(fd: CallArgument | undefined, written: CallArgument | undefined): readonly Disagreement[] {
  if (fd?.kind !== 'socket' || written?.kind !== 'socket' || fd.name === written.name) return NONE;
  return [{ at: written, message: `the event is about \`${fd.name}\`, not about \`${written.name}\`` }];
}

function capabilitySet(set: CallArgument | undefined, value: CallArgument | undefined): readonly Disagreement[] {
  const found: Disagreement[] = [];
  if (![0, 1, 2].includes(integerOf(set) ?? -1)) {
    found.push({ at: set, message: 'the set is `CAP_EFFECTIVE`, `CAP_PERMITTED` or `CAP_INHERITABLE`' });
  }
  if (![0, 1].includes(integerOf(value) ?? -1))
    found.push({ at: value, message: 'the value is `CAP_SET` or `CAP_CLEAR`' });
  return found;
}
