import { expect, it } from 'vitest';
import { MEMORY_INFO_FIELDS, memoryInfoFields } from '../../src/wire/memory-info';
import { cValues } from './c-header';

it('has each word of SO_MEMINFO at the place that the kernel’s header gives its name', () => {
  const places = cValues(['linux/sock_diag.h'], [...MEMORY_INFO_FIELDS, 'SK_MEMINFO_VARS']);
  expect(places.at(-1)).toBe(MEMORY_INFO_FIELDS.length);
  const words = new Uint32Array(MEMORY_INFO_FIELDS.length).map((_, index) => 1_000 + index);
  const fields = memoryInfoFields(new Uint8Array(words.buffer));
  expect([...fields.values()].map(Number)).toEqual(places.slice(0, -1).map((place) => 1_000 + place));
});

it('has no names for words that the kernel does not give', () => {
  expect([...memoryInfoFields(new Uint8Array(11)).keys()]).toEqual(['SK_MEMINFO_RMEM_ALLOC', 'SK_MEMINFO_RCVBUF']);
});
