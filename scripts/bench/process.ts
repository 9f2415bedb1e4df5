/** Child processes of the bench. */
import { spawn } from 'node:child_process';
import { rightsPrefix } from '../../src/host/linux/executor-command';

/** Runs a program to its end. @returns what it printed @throws when it fails */
export function output(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve(text);
      else reject(new Error(`${command.join(' ')} ended with ${signal ?? `status ${String(status)}`}`));
    });
  });
}

/** What stands before a command that makes private networks: nothing for root, `unshare` for an ordinary user. */
export function privately(command: readonly string[]): readonly string[] {
  return [...rightsPrefix(), ...command];
}
