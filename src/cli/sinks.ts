/** Where reporters write: standard output or a file, opened before anything runs so that a bad path is told at once. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sink } from '../report/report';
import { REPORTERS } from '../report/reporters';
import type { SuiteEvent, SuiteListener } from '../suite/suite';
import type { ReporterChoice } from './arguments';

/** Reports that are open, as one listener. */
export interface OpenReports {
  readonly tell: SuiteListener;
  readonly close: () => void;
}

/** Opens every chosen reporter. @throws Error when a file cannot be written */
export function openReports(choices: readonly ReporterChoice[]): OpenReports {
  const descriptors: number[] = [];
  const listeners = choices.map(({ name, file }) => {
    const make = REPORTERS.get(name);
    if (make === undefined) throw new Error(`there is no reporter ${name}`);
    return make(file === undefined ? standardOutput() : fileSink(file, descriptors));
  });
  return {
    tell: (event: SuiteEvent) => {
      for (const listener of listeners) listener(event);
    },
    close: () => {
      for (const descriptor of descriptors) closeSync(descriptor);
    },
  };
}

/** Standard output; in colour at a terminal unless NO_COLOR is set (no-color.org). */
export function standardOutput(): Sink {
  return {
    write: (text) => process.stdout.write(text),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  };
}

function fileSink(file: string, descriptors: number[]): Sink {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'w');
  descriptors.push(descriptor);
  return { write: (text) => writeSync(descriptor, text), color: false };
}
