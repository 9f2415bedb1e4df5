/**
 * Code blocks: what packetdrill hands to Python is evaluated here, without an interpreter.
 *
 * One `CodeRunner` serves a run: variables live from block to block, and after the first failure nothing more is
 * evaluated, as in the one file that packetdrill makes of all blocks. `interpreter.ts` makes that file for blocks
 * that are not of the subset. Deliberately absent: parsing (`spec/python`), and starting the interpreter.
 */
import { assert } from '../../base/assert';
import type { CodeBlock } from '../../spec/model';
import type { Sample } from '../../trace/trace';
import { namesIn, runStatements, type Stop } from './evaluate';
import { Namespace, sampleNames } from './namespace';
import { reprOf } from './values';

/** Why a block failed, and where. */
export interface CodeFailure {
  /** Line of the file. */
  readonly line: number;
  /** The statement as it was written, on one line; empty when it is not known. */
  readonly text: string;
  /**
   * Python's name of what was raised, such as `AssertionError`. Beside Python's own: `LimitError` where packetspec
   * refuses to go on, and `SampleError` where the values could not be had.
   */
  readonly error: string;
  /** What Python writes behind that name; empty when that is nothing. */
  readonly message: string;
  /** Each variable that the failed statement looked at, and its value as Python writes it. */
  readonly values: readonly CodeValue[];
}

export interface CodeValue {
  readonly name: string;
  readonly value: string;
}

/** Longer values are cut in reports. */
const VALUE_LENGTH_MAX = 200;

/** What came of a block. */
export interface CodeResult {
  /** Absent when it went well, or was not evaluated, because one before it had failed. */
  readonly failure?: CodeFailure;
  /** What each `print` said. */
  readonly printed: readonly string[];
}

export class CodeRunner {
  readonly #names = new Namespace();
  #failed = false;

  /** Whether a block has failed: those behind it are not evaluated any more. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Evaluates a block that has a program. */
  run(code: CodeBlock, sample: Sample): CodeResult {
    if (this.#failed) return { printed: [] };
    const result = this.#evaluate(code, sample);
    this.#failed = result.failure !== undefined;
    return result;
  }

  #evaluate({ program, firstLine }: CodeBlock, sample: Sample): CodeResult {
    assert(program !== undefined, 'a block without a program needs the interpreter');
    const names = sampleNames(sample);
    if ('trouble' in names) {
      const failure = { line: firstLine, text: '', error: 'SampleError', message: names.trouble, values: [] };
      return { failure, printed: [] };
    }
    this.#names.assignAll(names);
    const printed: string[] = [];
    const stop = runStatements(program.statements, this.#names, (line) => printed.push(line));
    return { ...(stop === undefined ? {} : { failure: this.#failureOf(stop, firstLine) }), printed };
  }

  #failureOf({ place, error, looked }: Stop, firstLine: number): CodeFailure {
    return {
      line: firstLine + place.line - 1,
      text: place.text,
      error: error.type,
      message: error.message,
      values: namesIn(looked).flatMap((name) => {
        const value = this.#names.peek(name);
        return value === undefined ? [] : [{ name, value: shortened(reprOf(value)) }];
      }),
    };
  }
}

/** A value that fits in a report. */
function shortened(text: string): string {
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}...`;
}
