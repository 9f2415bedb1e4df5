import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { initProgram } from '../../src/vm/init-program';

const folder = mkdtempSync(join(tmpdir(), 'packetspec-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHOW = 'printf "%s|" "$0" "$@"; printf "%s" "$NAME"; exit 3';

/** As nobody, who may not add to the entropy of this machine. */
function run(path: string, args: readonly string[], environment: readonly string[]) {
  const program = join(folder, 'init');
  writeFileSync(program, initProgram({ path, args, environment }), { mode: 0o755 });
  const asNobody = process.getuid?.() === 0 ? ['--reuid', '65534', '--regid', '65534', '--clear-groups'] : [];
  spawnSync('chmod', ['755', folder]);
  return { program, ...spawnSync('setpriv', [...asNobody, program], { encoding: 'utf8', env: { NAME: 'not this' } }) };
}

describe('the first program', () => {
  it('turns into another, with these arguments and this environment', () => {
    const result = run('/bin/sh', ['sh', '-c', SHOW, 'zero', 'one two', '', 'drei'], ['NAME=a b=c', 'PATH=/bin']);
    expect([result.status, result.stdout, result.stderr]).toEqual([3, 'zero|one two||drei|a b=c', '']);
  });

  it('ends as shells do when there is none', () => {
    expect(run('/no/such/program', ['x'], []).status).toBe(127);
  });

  it('is a program to others', () => {
    const { program } = run('/bin/true', ['true'], []);
    const { stdout, stderr } = spawnSync('readelf', ['-hlW', program], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Type:\s+EXEC/);
    expect(stdout).toMatch(/Machine:\s+Advanced Micro Devices X86-64/);
    expect(stdout).toMatch(/LOAD\s+0x0+ 0x0+400000 .* R E /);
  });
});
