import { describe, expect, it } from 'vitest';
import { KernelSymbols } from '../../../../src/host/linux/events/symbols';

const TEXT = `ffffffff81000000 T _stext
ffffffff81000100 T tcp_v4_rcv
ffffffff81000400 t tcp_conn_request.isra.0
ffffffff81000800 T last_of_the_kernel
ffffffffc0200300 t second_of_a_module\t[nf_tables]
ffffffffc0200000 t nft_do_chain\t[nf_tables]
`;

describe('the symbols of a kernel', () => {
  const symbols = new KernelSymbols(Buffer.from(TEXT));

  it.each([
    [0xffff_8100_0100, 'tcp_v4_rcv'],
    [0xffff_8100_03ff, 'tcp_v4_rcv'],
    [0xffff_8100_0401, 'tcp_conn_request'],
    [0xffff_8100_0000, '_stext'],
    [0xffff_8100_9000, 'last_of_the_kernel'],
    [0xffff_c020_0200, 'nft_do_chain'],
    [0xffff_c020_0301, 'second_of_a_module'],
  ])('%i lies in %s', (address, name) => {
    expect(symbols.functionAt(address)).toBe(name);
  });

  it('has none where the kernel hides its addresses, or everything', () => {
    const hidden = new KernelSymbols(Buffer.from(TEXT.replace(/^\w{16}/gm, '0000000000000000')));
    expect(hidden.functionAt(0xffff_8100_0100)).toBeUndefined();
    expect(new KernelSymbols(Buffer.alloc(0)).functionAt(0xffff_8100_0100)).toBeUndefined();
  });
});
