/** A result of packetspec's JSON report (docs/json-report.md) -> an outcome. */
import { inShort, type Kind, type Outcome, PASSED } from './outcome';

export interface Report {
  readonly results: readonly ReportedResult[];
  readonly rejected: readonly {
    readonly file: string;
    readonly diagnostics: readonly { readonly severity: string; readonly message: string; readonly line: number }[];
  }[];
}

export interface ReportedResult {
  readonly file: string;
  readonly variant: string;
  readonly status: string;
  readonly attempts: number;
  readonly reason?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly line?: number };
  readonly checks: readonly ReportedCheck[];
}

export interface ReportedCheck {
  readonly line?: number;
  readonly kind: string;
  readonly passed: boolean;
  readonly title: string;
  readonly message?: string;
  readonly observed?: string;
  readonly mismatches: readonly { readonly field: string; readonly expected: string; readonly observed: string }[];
}

/** What its end means. Everything but a pass is none. */
export function packetspecOutcome(result: ReportedResult): Outcome {
  const remark = result.attempts > 1 ? { remark: `${result.attempts} attempts` } : {};
  if (result.status === 'passed') return { ...PASSED, ...remark };
  const failed = result.checks.find((check) => !check.passed);
  if (result.status === 'failed' && failed !== undefined) return { ...checkOutcome(failed), ...remark };
  const { error, reason = '' } = result;
  if (error === undefined)
    return { passed: false, kinds: ['other'], message: `${result.status}: ${reason}`, ...remark };
  const kinds: readonly Kind[] = [error.code === 'command-failed' ? 'command' : 'other'];
  const line = error.line === undefined ? {} : { line: error.line };
  return { passed: false, ...line, kinds, message: inShort(error.message), ...remark };
}

/** The outcome of every variant of a file that was rejected. */
export function rejectedOutcome({ diagnostics }: Report['rejected'][number]): Outcome {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const line = first === undefined ? {} : { line: first.line };
  return { passed: false, ...line, kinds: ['parse'], message: inShort(first?.message ?? '') };
}

function checkOutcome(check: ReportedCheck): Outcome {
  const differences = check.mismatches.map(
    ({ field, expected, observed }) => `${field}: expected ${expected}, observed ${observed}`,
  );
  const message = inShort([...differences, ...(check.message === undefined ? [] : [check.message])].join('; '));
  const line = check.line === undefined ? {} : { line: check.line };
  return { passed: false, ...line, kinds: kindsOf(check), message: `${check.title}: ${message}` };
}

function kindsOf({ kind, mismatches, observed }: ReportedCheck): readonly Kind[] {
  switch (kind) {
    case 'segment':
      if (observed === undefined && mismatches.length === 0) return ['missing'];
      return mismatches.map(({ field }) => fieldKind(field));
    case 'call':
    case 'return':
      return mismatches.some(({ field }) => field === 'time') ? ['time', 'call'] : ['call'];
    case 'code':
    case 'command':
      return [kind];
    default:
      return mismatches.some(({ field }) => field === 'time') ? ['time'] : ['other'];
  }
}

function fieldKind(field: string): Kind {
  if (field === 'time' || field === 'payload' || field === 'options') return field;
  return field.startsWith('TS') ? 'options' : `field:${field}`;
}
