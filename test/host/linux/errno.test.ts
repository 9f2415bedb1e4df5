import { describe, expect, it } from 'vitest';
import { errnoName } from '../../../src/host/linux/errno';

describe('names of errors', () => {
  it.each([
    [0, ''],
    [5, ''],
    [-1, 'EPERM'],
    [-4, 'EINTR'],
    [-11, 'EAGAIN'],
    [-22, 'EINVAL'],
    [-38, 'ENOSYS'],
    [-71, 'EPROTO'],
    [-88, 'ENOTSOCK'],
    [-95, 'EOPNOTSUPP'],
    [-98, 'EADDRINUSE'],
    [-104, 'ECONNRESET'],
    [-110, 'ETIMEDOUT'],
    [-111, 'ECONNREFUSED'],
    [-113, 'EHOSTUNREACH'],
    [-115, 'EINPROGRESS'],
    [-125, 'ECANCELED'],
    [-133, 'EHWPOISON'],
    [-41, 'E41'],
    [-9999, 'E9999'],
  ])('%i is %s', (result, name) => {
    expect(errnoName(result)).toBe(name);
  });
});
