/** The status line of a suite at a terminal: drawn when something happens, and each second, since time goes on. */
import { SuiteProgress } from '../report/progress';
import type { SuiteListener } from '../suite/suite';
import type { StatusLine } from './status-line';

const REDRAW_MS = 1_000;
/** Often enough to look alive; hundreds of runs a second are not drawn one by one. */
const LEAST_GAP_MS = 100;

/** Follows a suite on the line, until it is finished. */
export function followOn(status: StatusLine, nowMs: () => number): SuiteListener {
  const progress = new SuiteProgress(nowMs);
  let timer: NodeJS.Timeout | undefined;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    drawnMs = nowMs();
    status.show(progress.line(status.columns));
  };
  return (event) => {
    progress.tell(event);
    if (event.kind === 'suite-finished') {
      clearInterval(timer);
      status.show('');
      return;
    }
    if (event.kind === 'suite-started') {
      timer = setInterval(draw, REDRAW_MS);
      // It must not keep the process alive when the suite has been given up.
      timer.unref();
    }
    if (timer !== undefined && nowMs() - drawnMs >= LEAST_GAP_MS) draw();
  };
}
