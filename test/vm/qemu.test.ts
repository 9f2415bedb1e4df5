import { describe, expect, it } from 'vitest';
import { type Machine, qemuArguments, snapshotForm } from '../../src/vm/qemu';

const BOOT = { kernel: { imagePath: '/k', takesUnsigned: true }, initrd: '/i', isTraced: false };
const machine = (rest: Pick<Machine, 'start'> & Partial<Machine>): string =>
  ` ${qemuArguments({ time: 'virtual', accelerator: 'tcg', console: '/c', results: '/r', qmpFd: 3, ...rest }).join(' ')} `;

const boot = { kind: 'boot', boot: BOOT, job: '/j' } as const;
const snapshot = { kind: 'snapshot', boot: BOOT, memory: '/m' } as const;
const restore = {
  kind: 'restore',
  memory: '/m',
  share: 'off',
  waits: false,
  stops: false,
  stateFd: 7,
  job: '/j',
} as const;

describe('a machine in virtual time', () => {
  it.each([boot, snapshot, restore])('takes nothing from the clock or the chance of the host: $kind', (start) => {
    const line = machine({ start });
    for (const part of ['-icount shift=0,sleep=off,rr=record', '-seed ', 'clock=vm', 'ioeventfd=off'])
      expect(line).toContain(part);
  });

  it.each([boot, snapshot, restore])('has no network, no disk and no configuration of the user: $kind', (start) => {
    const line = machine({ start });
    expect(line).toContain('-nodefaults -no-user-config');
    expect(line).not.toMatch(/-net|-nic|-drive|-hda|virtfs/);
  });

  // Bug: of guests from a snapshot and copies of one, 11 in 170 traces differed (decision 0021).
  it.each([snapshot, restore])('has no random numbers of QEMU where it is saved: $kind', (start) => {
    expect(machine({ start })).toContain(',-rdrand ');
    expect(machine({ start: boot })).not.toContain('-rdrand');
  });

  it.each([
    ['modules need no signature', 'load_system_certificate_list', { ...BOOT, isTraced: true }],
    ['nothing is traced', 'trace_eval_init', { ...BOOT, kernel: { imagePath: '/k', takesUnsigned: false } }],
  ])('leaves out what is for nothing when %s', (_, initcall, does) => {
    const without = { kernel: { imagePath: '/k', takesUnsigned: false }, initrd: '/i', isTraced: true };
    expect(machine({ start: { ...boot, boot: does } })).toMatch(
      new RegExp(` initcall_blacklist=\\S*\\b${initcall}\\b`),
    );
    expect(machine({ start: { ...boot, boot: without } })).not.toContain(initcall);
  });

  // QEMU before version 10 corrupts flags in its cmpxchg16b (see the decision page).
  it('has no cmpxchg16b', () => expect(machine({ start: boot })).toContain('-cpu max,-cx16'));

  // Bug: on 7.2, guests came to one of two states, by which pages DAMON saw accessed (decision 0022).
  it('has no DAMON, which sees what QEMU remembers', () =>
    expect(machine({ start: boot })).toContain(' damon_stat.enabled=0 '));

  it('shares its memory with the file when that is made, and never afterwards', () => {
    expect(machine({ start: snapshot })).toContain('mem-path=/m,share=on');
    expect(machine({ start: restore })).toContain('mem-path=/m,share=off');
  });

  it('is handed its job, but not when it is saved', () => {
    expect(machine({ start: boot })).toContain('file=/j');
    expect(machine({ start: restore })).toContain('file=/j');
    expect(machine({ start: snapshot })).not.toContain('fw_cfg');
  });

  it('waits for its monitor when that is told something, and not when it runs a job', () => {
    expect(machine({ start: snapshot })).toContain(' -S ');
    expect(machine({ start: { ...restore, waits: true } })).toContain(' -S ');
    expect(machine({ start: restore })).not.toContain(' -S ');
  });

  it('stops when its job is done only where it is used again', () => {
    expect(machine({ start: { ...restore, stops: true } })).toContain('panic=pause');
    for (const start of [boot, snapshot, restore]) expect(machine({ start })).toContain('panic=none');
  });

  // KSM would have two processes share a page that only one of them has written to.
  it('has pages of its own', () => expect(machine({ start: restore })).toContain('mem-merge=off'));

  it('needs no kernel to go on, but its state', () => {
    expect(machine({ start: restore })).not.toContain('-kernel');
    expect(machine({ start: restore })).toContain('-incoming fd:7');
  });
});

describe('a machine in real time', () => {
  it('has a clock that the guest can measure', () => {
    const line = machine({ time: 'real', start: boot });
    expect(line).not.toContain('icount');
    expect(line).not.toContain('tsc_early_khz');
  });

  it('has the processor of the host under KVM', () => {
    expect(machine({ time: 'real', accelerator: 'kvm', start: boot })).toContain('-accel kvm -cpu host');
  });
});

it('a snapshot is another one when the command line is', () => {
  expect(snapshotForm()).toContain('watchdog=pause');
  expect(snapshotForm()).toBe(snapshotForm());
});
