import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../src/vm/kernels/bytes';
import { readElf } from '../../../src/vm/kernels/elf';
import { moduleName, readModule, withoutSignature, withoutTypes } from '../../../src/vm/kernels/module';
import { elf, moduleObject, signed } from '../../support/kernel-images';
import { temporaryFolder } from '../../support/live';

describe('a module', () => {
  it.each([
    ['kernel/drivers/net/tun.ko', 'tun'],
    ['kernel/net/sched/sch_fq.ko.xz', 'sch_fq'],
    ['crypto/ghash-generic.ko.zst', 'ghash_generic'],
    ['modules.order', undefined],
    ['tun.ko.sig', undefined],
    ['.ko', undefined],
  ])('%s', (path, name) => {
    expect(moduleName(path)).toBe(name);
  });

  it.each([
    ['as it is', 'a-b.ko', undefined],
    ['packed with xz', 'a-b.ko.xz', 'xz'],
    ['packed with zstd', 'a-b.ko.zst', 'zstd'],
  ])('is read %s', (_, file, packer) => {
    const object = moduleObject(['snd-pcm', 'tun'], '6.12.1-x');
    const path = join(temporaryFolder, file);
    writeFileSync(path, packer === undefined ? object : execFileSync(packer, ['-c'], { input: object }));
    expect(readModule(path)).toEqual({ name: 'a_b', object, depends: ['snd_pcm', 'tun'], release: '6.12.1-x' });
  });

  it.each([
    ['is for arm64', moduleObject([], '6.1.0', 183)],
    ['is truncated: 100 bytes of ', moduleObject().subarray(0, 100)],
    ['is no kernel module', elf({ type: 1 })],
    ['is no kernel module', Buffer.from('text')],
  ])('that %s is refused', (words, content) => {
    const path = join(temporaryFolder, 'bad.ko');
    writeFileSync(path, content);
    expect(() => readModule(path)).toThrow(`${path} ${words}`);
  });
});

describe('a signature', () => {
  it('is taken off, and the module stays', () => {
    const object = moduleObject();
    expect(withoutSignature(signed(object)).equals(object)).toBe(true);
    expect(withoutSignature(object)).toBe(object);
  });

  it('that says it is longer than the file is none', () => {
    const broken = signed(Buffer.from('x'));
    broken.writeUInt32BE(4_000_000_000, broken.length - 32);
    expect(withoutSignature(broken)).toBe(broken);
    const mark = Buffer.from('~Module signature appended~\n');
    expect(withoutSignature(mark)).toBe(mark);
  });
});

describe('types for BPF', () => {
  const data = Buffer.from('data');
  const sections = ['.text', '.BTF', '.BTF_ids', '.BTF.base'].map((name) => ({ name, data }));

  it('are no section any more, and all others are what they were', () => {
    const object = elf({ type: 1, sections });
    const bare = withoutTypes(object);
    const named = (file: Buffer) => {
      const read = readElf(bytesOf(file));
      return read.kind === 'elf' ? read.sections.map(({ name, type }) => `${name} ${type}`) : [];
    };
    expect(named(object)).toEqual([' 0', '.text 1', '.BTF 1', '.BTF_ids 1', '.BTF.base 1', '.shstrtab 1']);
    expect(named(bare)).toEqual([' 0', '.text 1', ' 0', '.BTF_ids 1', ' 0', '.shstrtab 1']);
    expect(bare).toHaveLength(object.length);
  });

  it('are missing in what is no module', () => {
    const text = Buffer.from('text');
    expect(withoutTypes(text)).toBe(text);
  });
});
