/**
 * The code blocks of a script, as checks. packetspec evaluates them at their step; where one of them needs the
 * interpreter, all wait for what that says at the end of the run.
 *
 * A block that fails does not end the run: like a sample, it changes nothing that follows.
 */
import type { Ns } from '../base/nanoseconds';
import type { CodeBlock } from '../spec/model';
import type { TimelineStep } from '../timeline/timeline';
import type { CommandOutcome, Sample } from '../trace/trace';
import type { CheckList } from './check-list';
import { type CodeFailure, CodeRunner } from './code/code';
import { readInterpreterOutput } from './code/python-file';
import { commandFailure } from './command';

interface Waiting {
  readonly step: TimelineStep;
  readonly code: CodeBlock;
}

export class CodeChecks {
  readonly #list: CheckList;
  readonly #runner = new CodeRunner();
  readonly #needsInterpreter: boolean;
  readonly #waiting: Waiting[] = [];

  constructor(list: CheckList, needsInterpreter: boolean) {
    this.#list = list;
    this.#needsInterpreter = needsInterpreter;
  }

  /** The step of a code block was reached. A socket without values ends the run, as in packetdrill. */
  take(step: TimelineStep, code: CodeBlock, { tcpInfo, congestionInfo, memoryInfo }: Sample, atNs: Ns): void {
    const refused = [tcpInfo, congestionInfo, memoryInfo].find((one) => one !== undefined && 'errno' in one);
    if (tcpInfo === undefined || (refused !== undefined && 'errno' in refused)) {
      const why = refused !== undefined && 'errno' in refused ? refused.errno : 'no value';
      this.#list.add(step, 'code', atNs, [], `the values of the socket under test cannot be had: ${why}`);
      return;
    }
    if (this.#needsInterpreter) {
      this.#waiting.push({ step, code });
      return;
    }
    const sample = { tcpInfo, ...(congestionInfo && { congestionInfo }), ...(memoryInfo && { memoryInfo }) };
    // Behind a block that failed, none is evaluated: the variables are not what they should be.
    if (this.#runner.failed) return;
    const { failure } = this.#runner.run(code, sample);
    this.#remark(step, atNs, failure);
  }

  /** The interpreter has run all blocks. */
  interpreted(outcome: CommandOutcome, atNs: Ns): void {
    const failure = readInterpreterOutput(outcome.output);
    const broken = failure === undefined ? commandFailure(outcome) : undefined;
    // What cannot be laid at any block's door is laid at the last one's: nothing that failed may pass.
    const blamed = this.#waiting.find(({ code }) => isIn(code, failure)) ?? this.#waiting.at(-1);
    for (const one of this.#waiting) {
      if (one !== blamed) this.#remark(one.step, atNs, undefined);
      else if (broken === undefined) this.#remark(one.step, atNs, failure);
      else this.#list.remark(one.step, 'code', atNs, [], `the interpreter: ${broken}`);
    }
  }

  #remark(step: TimelineStep, atNs: Ns, failure: CodeFailure | undefined): void {
    if (failure === undefined) {
      this.#list.remark(step, 'code', atNs, []);
      return;
    }
    const { line, text, error, message, values } = failure;
    const mismatches = values.map(({ name, value }) => ({ field: name, expected: text, observed: value }));
    const what = message === '' ? error : `${error}: ${message}`;
    this.#list.remark(step, 'code', atNs, mismatches, `line ${line}: ${what}`);
  }
}

function isIn({ firstLine, text }: CodeBlock, failure: CodeFailure | undefined): boolean {
  if (failure === undefined) return false;
  return failure.line >= firstLine && failure.line < firstLine + text.split('\n').length;
}
