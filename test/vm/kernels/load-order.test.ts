import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadOrder } from '../../../src/vm/kernels/load-order';
import { findModules, type ModuleTree } from '../../../src/vm/kernels/module-tree';
import { moduleObject, REQUIRED_MODULES } from '../../support/kernel-images';
import { temporaryFolder } from '../../support/live';

const RELEASE = '6.99.1-test';

let tests = 0;
let top: string;
beforeEach(() => {
  top = join(temporaryFolder, `order-${tests++}`);
  mkdirSync(top);
});

function add(modules: Readonly<Record<string, readonly string[]>>, release = RELEASE): void {
  for (const [name, depends] of Object.entries(modules)) {
    const path = join(top, `${name}.ko`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, moduleObject(depends, release));
  }
}

function tree(more: Partial<ModuleTree> = {}): ModuleTree {
  return { ...findModules('/nowhere', RELEASE, top), ...more };
}

function namesOf(found: ModuleTree): readonly string[] {
  const { modules, problems } = loadOrder(found, RELEASE);
  expect(problems).toEqual([]);
  return modules.map(({ name }) => name);
}

describe('the order of loading', () => {
  it('has each module behind those on which it depends', () => {
    const names = ['sit', 'ipip', 'ip_gre', 'tcp_a', 'tcp_b', 'tcp_c', 'tcp_d', 'lib_a', 'lib_b', 'lib_c'];
    // Each may depend on those before it.
    const graphs = fc.tuple(...names.map((_, index) => fc.subarray(names.slice(0, index))));
    fc.assert(
      fc.property(graphs, fc.boolean(), (depends, isReversed) => {
        const all = names.map((name, index) => [name, depends[index] ?? []] as const);
        add({ ...REQUIRED_MODULES, ...Object.fromEntries(isReversed ? [...all].reverse() : all) });
        const order = namesOf(tree());
        expect(new Set(order).size).toBe(order.length);
        for (const [name, before] of all.filter(([one]) => order.includes(one)))
          for (const other of before) expect(order.indexOf(other)).toBeLessThan(order.indexOf(name));
        for (const [name, before] of all.filter(([one]) => order.includes(one)))
          expect(order, name).toEqual(expect.arrayContaining([...before]));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves out what is built in, and what nobody wants', () => {
    add({ ...REQUIRED_MODULES, sch_fq: [], nfs: [] });
    const order = namesOf(tree({ builtIn: new Set(['virtio', 'virtio_ring', 'virtio_console']) }));
    expect(order).toEqual(['virtio_pci', 'tun', 'inet_diag', 'tcp_diag', 'sch_fq']);
  });

  it('leaves out an optional module that cannot be loaded', () => {
    add({ ...REQUIRED_MODULES, tls: ['gone'], tcp_x: ['tcp_y'], tcp_y: ['tcp_x'] });
    add({ veth: [] }, '5.4.0');
    writeFileSync(join(top, 'sch_fq.ko'), 'damaged');
    expect([...namesOf(tree())].sort()).toEqual(Object.keys(REQUIRED_MODULES).sort());
  });

  it('takes, of several files, the one for this kernel', () => {
    add(REQUIRED_MODULES);
    add({ 'a/tun': [] }, '5.4.0');
    const { modules } = loadOrder(tree(), RELEASE);
    expect(modules.find(({ name }) => name === 'tun')?.release).toBe(RELEASE);
  });

  it('takes an update before what the kernel came with', () => {
    add({ ...REQUIRED_MODULES, 'kernel/veth': [], 'updates/veth': ['dummy'], dummy: [] });
    const { modules } = loadOrder(tree(), RELEASE);
    expect(modules.find(({ name }) => name === 'veth')?.depends).toEqual(['dummy']);
  });
});

describe('a module that is required', () => {
  it('and built in by the configuration is there', () => {
    const { tun: _tun, inet_diag: _diag, ...others } = REQUIRED_MODULES;
    add({ ...others, tcp_diag: [] });
    expect(namesOf(tree({ config: 'CONFIG_TUN=y\nCONFIG_INET_DIAG=y\n' }))).not.toContain('tun');
  });

  it('and missing is named, with all others that are, and with the option that builds it', () => {
    const { tun: _tun, tcp_diag: _diag, ...others } = REQUIRED_MODULES;
    add(others);
    expect(loadOrder(tree({ builtIn: new Set() }), RELEASE).problems).toEqual([
      {
        message: `Linux ${RELEASE} lacks modules that are required: tun, tcp_diag (not in ${top}, nor built in)`,
        hint: 'give a folder that has them with --modules DIR; build with CONFIG_TUN, CONFIG_INET_TCP_DIAG',
      },
    ]);
  });

  it('may be built in where nothing tells', () => {
    const { problems } = loadOrder(
      { folder: undefined, files: new Map(), builtIn: undefined, config: undefined },
      RELEASE,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('no modules were found beside the image');
    expect(problems[0]?.hint).toContain('modules.builtin or .config');
  });

  it('and for another kernel is told once for all', () => {
    add(REQUIRED_MODULES, '5.4.0');
    expect(loadOrder(tree(), RELEASE).problems).toEqual([
      expect.objectContaining({ message: `the modules in ${top} are for Linux 5.4.0, the kernel is ${RELEASE}` }),
    ]);
  });

  it('and damaged, or without what it depends on, is told', () => {
    add({ ...REQUIRED_MODULES, tcp_diag: ['inet_diag', 'gone'] });
    writeFileSync(join(top, 'tun.ko'), moduleObject().subarray(0, 200));
    expect(loadOrder(tree(), RELEASE).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('tun.ko is truncated: 200 bytes'),
      `${top}/tcp_diag.ko depends on gone, which cannot be found`,
    ]);
  });
});
