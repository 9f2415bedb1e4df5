/** The first process of a guest that has packetdrill in it: makes the machine usable, runs all scripts, and ends it. */
import { execFileSync } from 'node:child_process';
import { IoPorts } from '../../src/host/linux/io-ports';
import { raiseLoopback } from '../../src/host/linux/link';
import { loadModules, mountFileSystems, quietKernel } from '../../src/host/linux/process-one';
import { EXIT_BYTE, EXIT_PORT, MODULES_FOLDER } from '../../src/vm/guest-abi';

mountFileSystems();
loadModules(MODULES_FOLDER);
quietKernel();
raiseLoopback();
const [, , script = ''] = process.argv;
execFileSync('/bin/sh', [script], { stdio: 'inherit' });
new IoPorts([EXIT_PORT]).outByte(EXIT_PORT, EXIT_BYTE);
