import { describe, expect, it } from 'vitest';
import { StatusLine, statusLineOn } from '../../src/cli/status-line';
import { terminal } from '../support/terminal';

describe('a status line', () => {
  it('is drawn over itself, and is no wider than the terminal', () => {
    const screen = terminal(10);
    const status = new StatusLine(screen);
    status.show('a longer text than fits');
    expect(screen.lines).toEqual(['a longer ']);
    status.show('short');
    expect(screen.lines).toEqual(['short']);
    status.show('');
    expect(screen.lines).toEqual(['']);
  });

  it('makes way for what is printed, and comes back below', () => {
    const screen = terminal(80);
    const status = new StatusLine(screen);
    status.makeWay(() => screen.write('before\n'));
    status.show('1/2 runs');
    status.makeWay(() => screen.write('ok   a.yaml\n'));
    expect(screen.lines).toEqual(['before', 'ok   a.yaml', '1/2 runs']);
    status.show('');
    expect(screen.lines).toEqual(['before', 'ok   a.yaml', '']);
  });

  it('there is only on a terminal that can erase one', () => {
    const [file, screen] = [{ write: () => undefined }, terminal()];
    expect(statusLineOn([file, screen], 'xterm')).toBeInstanceOf(StatusLine);
    expect(statusLineOn([file, file], 'xterm')).toBeUndefined();
    expect(statusLineOn([screen], 'dumb')).toBeUndefined();
    expect(new StatusLine(screen).columns).toBe(79);
  });
});
