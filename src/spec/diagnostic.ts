/**
 * What is wrong with a spec's text: collected values, never exceptions.
 *
 * Tests match on `code`; people read `message` (what is wrong, with the offending text) and `hint` (the way out).
 */
import type { Span } from './source';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly span: Span;
  readonly hint?: string;
}

export type DiagnosticCode =
  | 'yaml-syntax'
  | 'unreadable'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value'
  | 'out-of-range'
  | 'bad-duration'
  | 'bad-time'
  | 'time-goes-backwards'
  | 'bad-segment'
  | 'bad-call'
  | 'unknown-call'
  | 'bad-expression'
  | 'unknown-variable'
  | 'unknown-connection'
  | 'unknown-socket'
  | 'unknown-mark'
  | 'duplicate-name'
  | 'too-many-runs'
  | 'too-many-steps'
  | 'pkt-syntax'
  | 'pkt-quirk'
  | 'unknown-option'
  | 'unknown-profile'
  | 'bad-code'
  | 'not-supported';
