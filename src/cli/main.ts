/**
 * The first thing that runs. For `packetspec run`, an executor process is started before the rest of the program is even
 * read: reading it takes as long as half of an executor's start, and both go on side by side.
 */
import { join } from 'node:path';
import { executorCommand } from '../host/linux/executor-command';
import { ExecutorProcess } from '../suite/executor';
import type * as Program from './program';

const ELSEWHERE = ['--kernel', '--target', '--vagrant'];
const isElsewhere = process.argv.some((word) => ELSEWHERE.some((option) => word.startsWith(option)));
const isForThisMachine = process.argv[2] === 'run' && !isElsewhere;
const early = isForThisMachine ? new ExecutorProcess(executorCommand(join(__dirname, 'executor.js'))) : undefined;

// A bundle of its own, so that nothing of it is read before this line.
const { startProgram } = require(join(__dirname, 'program.js')) as typeof Program;
startProgram(process.argv, early);
