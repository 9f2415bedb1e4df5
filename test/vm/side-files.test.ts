import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { warmUpTimeline } from '../../src/exec/warm-up';
import type { Timeline } from '../../src/timeline/timeline';
import { collectSideFiles } from '../../src/vm/side-files';

let root = '';
const PLACE = { line: 1, column: 1, text: '' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-side-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

/** Of a script in `tests/` that begins with the command. */
function namesFor(command: string): readonly string[] {
  const script = {
    init: { text: command, place: PLACE },
    scaledEchoes: false,
    toleratesPackets: false,
    interpreter: 'python3',
    needsInterpreter: false,
    gated: true,
  };
  const timeline: Timeline = { ...warmUpTimeline('ipv4'), script, folder: 'tests' };
  return collectSideFiles(timeline, root).map(({ path }) => path.slice(root.length + 1));
}

describe('the files of a spec', () => {
  it('are those that its commands name, with what these name in their turn', () => {
    // As in packetdrill's own suite, whose defaults.sh calls set_sysctls.py beside it.
    write(
      'common/defaults.sh',
      '#!/bin/bash\n  # Not of runner.sh: a comment.\n../common/set_sysctls.py /proc/sys/net/ipv4/tcp_ecn=1\n',
      0o755,
    );
    write('common/set_sysctls.py', 'import helper\n', 0o755);
    write('tests/helper.py', '');
    write('tests/other.sh', '');
    write('tests/runner.sh', '');
    expect(namesFor('../common/defaults.sh; sysctl -q net.ipv4.tcp_sack=0')).toEqual([
      'common/defaults.sh',
      'common/set_sysctls.py',
      'tests/helper.py',
    ]);
  });

  it('keep their modes and bytes', () => {
    write('tests/run.sh', '\u00e9\n', 0o755);
    const script = { text: './run.sh', place: PLACE };
    const timeline = {
      ...warmUpTimeline('ipv4'),
      folder: 'tests',
      server: { command: './tests/run.sh', port: 1, readyWithinNs: 1, place: PLACE },
    };
    expect(script.text).toBe('./run.sh');
    expect(collectSideFiles(timeline, root)).toEqual([
      { path: join(root, 'tests/run.sh'), mode: 0o755, content: Buffer.from('\u00e9\n') },
    ]);
  });

  it('are no large ones, no folders and none of the system', () => {
    write('tests/large', 'x'.repeat(300_000));
    mkdirSync(join(root, 'tests/folder'));
    expect(namesFor('cat large folder /etc/passwd /usr/bin/env nothing')).toEqual([]);
  });

  it('are none for a spec without commands', () => {
    expect(collectSideFiles(warmUpTimeline('ipv4'), root)).toEqual([]);
  });
});
