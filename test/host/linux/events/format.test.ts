import { describe, expect, it } from 'vitest';
import { parseFormat, parsePageLayout } from '../../../../src/host/linux/events/format';

/** As Linux 6.18 has it, with most of the reasons left out. */
const KFREE_SKB = `name: kfree_skb
ID: 1541
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:void * skbaddr;	offset:8;	size:8;	signed:0;
	field:void * location;	offset:16;	size:8;	signed:0;
	field:void * rx_sk;	offset:24;	size:8;	signed:0;
	field:unsigned short protocol;	offset:32;	size:2;	signed:0;
	field:enum skb_drop_reason reason;	offset:36;	size:4;	signed:0;

print fmt: "skbaddr=%p rx_sk=%p protocol=%u location=%pS reason: %s", REC->skbaddr, REC->rx_sk, REC->protocol, REC->location, __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, { 40, "TCP_LISTEN_OVERFLOW" })
`;

describe('the format of an event', () => {
  it('says where its fields lie', () => {
    const { id, fields } = parseFormat(KFREE_SKB);
    expect(id).toBe(1541);
    expect(fields.get('common_pid')).toEqual({ offset: 4, size: 4 });
    expect(fields.get('skbaddr')).toEqual({ offset: 8, size: 8 });
    expect(fields.get('reason')).toEqual({ offset: 36, size: 4 });
  });

  it('names the reasons', () => {
    expect([...parseFormat(KFREE_SKB).reasons]).toEqual([
      [2, 'NOT_SPECIFIED'],
      [3, 'NO_SOCKET'],
      [40, 'TCP_LISTEN_OVERFLOW'],
    ]);
  });

  it('knows arrays by their names', () => {
    const text =
      '	field:__u8 saddr_v6[16];	offset:20;	size:16;	signed:0;\n	field:__data_loc char[] name;	offset:40;	size:4;	signed:0;';
    expect([...parseFormat(text).fields.keys()]).toEqual(['saddr_v6', 'name']);
  });

  it('says how a page is laid out', () => {
    const text = `	field: u64 timestamp;	offset:0;	size:8;	signed:0;
	field: local_t commit;	offset:8;	size:8;	signed:1;
	field: int overwrite;	offset:8;	size:1;	signed:1;
	field: char data;	offset:16;	size:65520;	signed:1;
`;
    expect(parsePageLayout(text)).toEqual({ commitAt: 8, dataAt: 16, pageBytes: 65_536 });
  });
});
