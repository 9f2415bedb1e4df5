/** Specs as values, for tests that do not want to go through the text. */
import type { Spec, Step, StepAction } from '../../src/spec/model';
import type { Span } from '../../src/spec/source';

const NOWHERE: Span = { start: 0, end: 0 };

export function specOf(fields: Partial<Spec> = {}): Spec {
  return {
    file: { path: 'specs/sample.yaml', text: '' },
    name: 'a sample',
    requires: { kernel: [], sysctls: [], commands: [], unsupported: [] },
    ip: ['ipv4'],
    matrix: {},
    network: {},
    sysctls: [],
    strays: 'report',
    connections: [],
    steps: [],
    ...fields,
  };
}

export function specStep(action: StepAction, fields: Partial<Step> & { readonly on?: string } = {}): Step {
  const { on, ...rest } = fields;
  return {
    span: NOWHERE,
    label: action.kind,
    ...(on === undefined ? {} : { connection: { name: on, span: NOWHERE } }),
    when: { kind: 'prompt' },
    action,
    ...rest,
  };
}
