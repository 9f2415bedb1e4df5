import { expect, it } from 'vitest';
import { VmError, vmTroubleOf } from '../../src/vm/trouble';

it('an error of a guest is data with its code and way out; a defect stays one', () => {
  expect(vmTroubleOf(new VmError('vm-no-qemu', 'none', 'install it'))).toEqual({
    code: 'vm-no-qemu',
    message: 'none',
    hint: 'install it',
  });
  expect(vmTroubleOf(new VmError('vm-died', 'dead'))).toEqual({ code: 'vm-died', message: 'dead' });
  expect(() => vmTroubleOf(new TypeError('defect'))).toThrow(TypeError);
});
