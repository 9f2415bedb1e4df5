import type { Exceptions } from './house-rule';

/** Files whose tests stand elsewhere, by the reason. */
const TESTED_ELSEWHERE: readonly (readonly [reason: string, paths: readonly string[]])[] = [
  [
    'run as users run it, as a process, by the live tests in test/cli and test/specs',
    [
      'src/cli/check-command.ts',
      'src/cli/convert-command.ts',
      'src/cli/executor.ts',
      'src/cli/kernels-command.ts',
      'src/cli/program.ts',
      'src/cli/read-plan.ts',
      'src/cli/replay-command.ts',
      'src/cli/report-options.ts',
      'src/cli/run-command.ts',
      'src/cli/show-command.ts',
      'src/cli/sinks.ts',
      'src/cli/text-options.ts',
      'src/cli/version.ts',
    ],
  ],
  [
    'one line each; test/cli/run-files.test.ts writes both, and output.test.ts breaks standard output',
    ['src/cli/pcapng-files.ts', 'src/cli/standard-output.ts', 'src/cli/trace-files.ts'],
  ],
  [
    'declarations only; test/exec/calls.test.ts makes every call that the language offers',
    [
      'src/exec/calls/buffers.ts',
      'src/exec/calls/declaration.ts',
      'src/exec/calls/lifecycle.ts',
      'src/exec/calls/options.ts',
      'src/exec/calls/target.ts',
    ],
  ],
  [
    'parts of one run, which test/exec/execute.test.ts runs on a fake host in every way that it can end',
    ['src/exec/performer.ts', 'src/exec/trouble.ts', 'src/exec/warm-up.ts'],
  ],
  ['types and one error class', ['src/host/host.ts']],
  [
    'tested through test/host/linux/calls.test.ts and blocking-threads.test.ts: alone they do nothing that shows',
    [
      'src/host/linux/alarm.ts',
      'src/host/linux/blocking-protocol.ts',
      'src/host/linux/blocking-worker.ts',
      'src/host/linux/signals.ts',
    ],
  ],
  [
    'tested through live runs in test/host/linux: each of them needs the kernel and the others',
    [
      'src/host/linux/calls/buffers.ts',
      'src/host/linux/calls/prepared-call.ts',
      'src/host/linux/ethtool.ts',
      'src/host/linux/ledger.ts',
      'src/host/linux/libc.ts',
      'src/host/linux/link-speed.ts',
      'src/host/linux/linux-run.ts',
      'src/host/linux/namespace.ts',
      'src/host/linux/open-link.ts',
      'src/host/linux/packet-stamps.ts',
      'src/host/linux/path.ts',
      'src/host/linux/proc-file.ts',
      'src/host/linux/rights.ts',
      'src/host/linux/spawn.ts',
      'src/host/linux/stamped-receiver.ts',
    ],
  ],
  [
    'parts of one walk; test/match/progress/ walks timelines of each kind, with expectations from packetdrill and RFCs',
    [
      'src/match/check-list.ts',
      'src/match/code-checks.ts',
      'src/match/fit.ts',
      'src/match/listening.ts',
      'src/match/open-step.ts',
      'src/match/pending-returns.ts',
      'src/match/progress.ts',
      'src/match/reference.ts',
    ],
  ],
  [
    'parts of one evaluator, which test/match/code holds against what python3 says of random programs',
    [
      'src/match/code/arithmetic.ts',
      'src/match/code/builtins.ts',
      'src/match/code/error.ts',
      'src/match/code/float-text.ts',
      'src/match/code/format.ts',
      'src/match/code/namespace.ts',
      'src/match/code/operators.ts',
      'src/match/code/values.ts',
      'src/spec/python/expression.ts',
      'src/spec/python/names.ts',
      'src/spec/python/tokens.ts',
    ],
  ],
  [
    'tested through test/spec/pkt/parse-pkt.test.ts and parse-tree.test.ts, where whole scripts go in and specs come out',
    ['src/spec/pkt/body-end.ts', 'src/spec/pkt/lower-events.ts', 'src/spec/pkt/profiles.ts'],
  ],
  [
    'tested through test/report/console.test.ts, where whole reports can be read',
    ['src/report/failure.ts', 'src/report/paint.ts'],
  ],
  [
    'tested through the corpus of good and bad specs, test/spec/notation and test/spec/yaml: their output is diagnostics',
    [
      'src/spec/notation/call-shape.ts',
      'src/spec/notation/call-table.ts',
      'src/spec/notation/icmp.ts',
      'src/spec/notation/ip-info.ts',
      'src/spec/notation/options.ts',
      'src/spec/notation/scanner.ts',
      'src/spec/notation/sequence.ts',
      'src/spec/notation/string.ts',
      'src/spec/snippet.ts',
      'src/spec/yaml/access.ts',
      'src/spec/yaml/check.ts',
      'src/spec/yaml/counter-hint.ts',
      'src/spec/yaml/kernel-bounds.ts',
      'src/spec/yaml/lower-action.ts',
      'src/spec/yaml/lower-packet.ts',
      'src/spec/yaml/lower-retransmit.ts',
      'src/spec/yaml/lower-rst.ts',
      'src/spec/yaml/lower-sample.ts',
      'src/spec/yaml/mask.ts',
      'src/spec/yaml/name-book.ts',
      'src/spec/yaml/parse-yaml.ts',
      'src/spec/yaml/scalar-offsets.ts',
      'src/spec/yaml/schema.ts',
      'src/spec/yaml/step-parts.ts',
      'src/spec/yaml/substitute.ts',
      'src/spec/yaml/syntax.ts',
      'src/spec/yaml/timekeeper.ts',
      'src/spec/yaml/tree.ts',
    ],
  ],
  ['tested through test/suite/run.test.ts, with executor programs that die, crash and hang', ['src/suite/executor.ts']],
  ['tested through test/timeline/compile.test.ts and every spec that listens', ['src/timeline/listener.ts']],
];

/**
 * The files that a house rule leaves alone, each with the reason. An exception that is not needed is a complaint
 * itself, so these lists cannot outlive their reasons.
 */
export const EXCEPTIONS: Readonly<Record<string, Exceptions>> = {
  'file-length': new Map([['test/exec/execute.test.ts', 'one table of all the ways in which a run can go and end']]),
  'folder-contract': new Map([['src/base', 'holds small things that share no subject, so no file speaks for all']]),
  'test-mirror': new Map(TESTED_ELSEWHERE.flatMap(([reason, paths]) => paths.map((path) => [path, reason] as const))),
};
