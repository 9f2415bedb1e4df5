import { expect, it } from 'vitest';
import { goodScript } from './support';

it.each([
  ['// One. Two.', 'One'],
  ['// One\n// two', 'One two'],
  ['//\n// One\n//\n// two', 'One'],
  ['/*\n * One v1.2 here\n */', 'One v1.2 here'],
  ['// SPDX-License-Identifier: GPL-2.0\n\n// One', 'One'],
  ['', undefined],
])('%j: %j', (comment, about) => {
  expect(goodScript(`${comment}\n0 \`true\`\n`).about).toBe(about);
});
