import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The top of the project. */
export const ROOT = join(__dirname, '../..');

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tools of the check: the file inside `node_modules` that starts each of them. */
const TOOLS = {
  tsc: 'typescript/bin/tsc',
  biome: '@biomejs/biome/bin/biome',
  oxlint: 'oxlint/bin/oxlint',
  knip: 'knip/bin/knip.js',
  depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
} as const;

export type Tool = keyof typeof TOOLS;

/** Runs a tool in a folder to its end and collects what it printed; a tool that fails is a result, not an error. */
export function runTool(tool: Tool, args: readonly string[], folder: string = ROOT): Promise<CommandResult> {
  const program = join(ROOT, 'node_modules', TOOLS[tool]);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 1, stdout, stderr }));
  });
}
