/** packetdrill scripts: the tree that gives its text back, the parser under each profile, the compiler. */
import { parsePktTree } from '../../src/spec/pkt/parse-tree';
import { PROFILE_NAMES } from '../../src/spec/pkt/profiles';
import { printPkt } from '../../src/spec/pkt/tree';
import { DiagnosticList, snippetAt } from '../../src/spec/snippet';
import type { ParseSettings, PktSettings } from '../../src/spec/spec';
import { mutateText } from './mutate';
import { PKT_WORDS, pktScript } from './pkt-scripts';
import { Random } from './random';
import { filesOf } from './seeds';
import { checkSpec } from './sound';
import { bytesOf, hold, type Target, textOf } from './target';

const PLAIN: PktSettings = { defines: new Map(), options: new Map() };

/** What the command line may say: each profile, and everything against what scripts say themselves. */
const OTHERS: readonly PktSettings[] = [
  ...PROFILE_NAMES.map((profile) => ({ ...PLAIN, profile, ip: ['ipv4', 'ipv6', 'ipv4-mapped'] as const })),
  {
    defines: new Map([
      ['TFO_COOKIE', '0011223344556677'],
      ['S', '"text"'],
      ['read', 'write'],
      ['x', '`true`'],
    ]),
    options: new Map([['tolerance_usecs', '10000']]),
    ip: ['ipv6'],
    gate: false,
  },
];

export const pktTarget: Target = {
  name: 'pkt',
  extension: 'pkt',
  seeds: () => filesOf('pkt', 'pkt'),
  make: (random, pool) => {
    if (random.oneIn(10)) return bytesOf(pktScript(random));
    const text = random.oneIn(3) ? pktScript(random) : textOf(random.pick(pool));
    return bytesOf(mutateText(text, random, () => textOf(random.pick(pool)), PKT_WORDS));
  },
  check: (input) => {
    const text = textOf(input);
    const list = new DiagnosticList();
    hold(printPkt(parsePktTree(snippetAt(text, 0), list)) === text, 'a tree gives its text back');
    const file = { path: 'fuzz/x.pkt', text };
    // Which of the others is chosen by the text, so that the same input is the same case.
    const other = new Random(text).pick(OTHERS);
    return `${checkSpec(file, settingsWith(PLAIN))} | ${checkSpec(file, settingsWith(other), 'once')}`;
  },
};

function settingsWith(pkt: PktSettings): ParseSettings {
  return { set: new Map(), maxCombinations: 16, pkt };
}
