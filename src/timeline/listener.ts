/** `server: { listen }`, written out as the system calls that an application would make. */
import type { Call, CallArgument, CallResult, Server } from '../spec/model';
import type { Span } from '../spec/source';

/** The name by which calls refer to the listening socket. */
const LISTENER = 'server';

type Listener = Extract<Server, { kind: 'listener' }>;

/** socket, setsockopt (SO_REUSEADDR first, then the spec's), bind, listen. */
export function listenerCalls(server: Listener): readonly Call[] {
  const { span } = server;
  const socket: CallArgument = { kind: 'socket', name: LISTENER, span };
  const supplied: CallArgument = { kind: 'ellipsis', span };
  const zero: CallResult = { kind: 'value', value: 0 };
  const options = [{ level: 'SOL_SOCKET', name: 'SO_REUSEADDR', value: 1, span }, ...server.options];
  return [
    {
      name: 'socket',
      args: [supplied, symbol('SOCK_STREAM', span), symbol('IPPROTO_TCP', span)],
      result: { kind: 'socket', name: LISTENER, span },
      span,
    },
    ...options.map(
      (option): Call => ({
        name: 'setsockopt',
        args: [
          socket,
          symbol(option.level, option.span),
          symbol(option.name, option.span),
          { kind: 'list', items: [integer(option.value, option.span)], span: option.span },
          integer(4, option.span),
        ],
        result: zero,
        span: option.span,
      }),
    ),
    { name: 'bind', args: [socket, supplied, supplied], result: zero, span },
    { name: 'listen', args: [socket, integer(server.backlog, span)], result: zero, span },
  ];
}

function symbol(name: string, span: Span): CallArgument {
  return { kind: 'symbols', names: [name], span };
}

function integer(value: number, span: Span): CallArgument {
  return { kind: 'integer', value, span };
}
