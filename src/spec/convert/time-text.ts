/** Times in the words of YAML and of scripts, exact to the nanosecond. */
import { type Ns, NS_PER_MS, NS_PER_S, NS_PER_US } from '../../base/nanoseconds';
import type { When } from '../model';

/** `10ms`, `1.5s`: the unit that leaves the fewest digits, and no digit lost. */
export function durationText(durationNs: Ns): string {
  if (durationNs >= NS_PER_S || durationNs === 0) return `${decimal(durationNs, NS_PER_S)}s`;
  if (durationNs >= NS_PER_MS) return `${decimal(durationNs, NS_PER_MS)}ms`;
  return durationNs % NS_PER_US === 0 ? `${durationNs / NS_PER_US}us` : `${durationNs}ns`;
}

/** As `at:` takes it: `+10ms`, `1s~2s`, `any`. Nothing for what is simply next. */
export function whenText(when: When): string | undefined {
  switch (when.kind) {
    case 'prompt':
      return undefined;
    case 'any':
      return 'any';
    case 'window': {
      const sign = { start: '', previous: '+', connection: 'last+' }[when.anchor];
      const first = `${sign}${durationText(when.startNs)}`;
      return when.endNs === when.startNs ? first : `${first}~${sign}${durationText(when.endNs)}`;
    }
  }
}

/** As a script puts it in front of an event: `+0.010`, `1~2`, `*`. */
export function scriptTime(when: When): string {
  if (when.kind !== 'window') return when.kind === 'any' ? '*' : '+0';
  const sign = when.anchor === 'start' ? '' : '+';
  const first = `${sign}${decimal(when.startNs, NS_PER_S)}`;
  return when.endNs === when.startNs ? first : `${first}~${sign}${decimal(when.endNs, NS_PER_S)}`;
}

/** A quotient of whole numbers as a decimal fraction; the divisor is a power of ten. */
function decimal(value: number, divisor: number): string {
  const whole = Math.floor(value / divisor);
  const digits = String(divisor).length - 1;
  const fraction = String(value % divisor)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
