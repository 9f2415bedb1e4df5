import { describe, expect, it, vi } from 'vitest';
import { followOn } from '../../src/cli/progress-line';
import { StatusLine } from '../../src/cli/status-line';
import * as scenes from '../report/scenes';
import { summaryOf } from '../support/results';
import { sourceFiles } from '../support/sources';
import { terminal } from '../support/terminal';

describe('a suite on a status line', () => {
  it('is followed until it is finished, while time goes on', () => {
    vi.useFakeTimers();
    try {
      const screen = terminal(300);
      const result = scenes.passed();
      const tell = followOn(new StatusLine(screen), () => Date.now());
      tell({ kind: 'suite-started', runs: [result.run], files: sourceFiles(1), jobs: 1 });
      expect(screen.lines.at(-1)).toMatch(/^0\/1 runs, 0s gone/);
      vi.advanceTimersByTime(200);
      tell({ kind: 'run-started', run: result.run, attempt: 1 });
      vi.advanceTimersByTime(3_000);
      expect(screen.lines.at(-1)).toMatch(
        /^0\/1 runs, 3s gone, about 0s left, running specs\/accept\/full.yaml \[ipv4\] 3s$/,
      );
      tell({ kind: 'suite-finished', summary: summaryOf({ passed: 1 }), results: [result] });
      vi.advanceTimersByTime(5_000);
      expect(screen.lines).toEqual(['']);
    } finally {
      vi.useRealTimers();
    }
  });
});
