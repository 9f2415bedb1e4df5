/** What the tests of single calls share: a call's text, and the request that it becomes. */
import { requestOf } from '../../../src/exec/calls/calls';
import { SocketTable } from '../../../src/exec/sockets';
import { parseCall } from '../../../src/spec/notation/call';
import { snippetAt } from '../../../src/spec/snippet';
import { connection, timelineOf } from '../../support/builders';

/** The request of a call of a packetdrill script, in which descriptor N is live descriptor 100 + N. */
export function requestFor(text: string, sockets: SocketTable = tableOf()): unknown {
  const call = parseCall(
    snippetAt(text, 0),
    {
      report: ({ message }) => {
        throw new Error(`${text}: ${message}`);
      },
    },
    'packetdrill',
  );
  if (call === undefined) throw new Error(`${text} is no call`);
  const resolved = requestOf(call, { sockets, connection: connection() });
  return 'problem' in resolved ? resolved : resolved.value;
}

function tableOf(): SocketTable {
  const sockets = new SocketTable(timelineOf([], { folder: '/specs/tcp' }));
  for (let number = 3; number < 9; number++) sockets.bindName(String(number), 100 + number);
  return sockets;
}
