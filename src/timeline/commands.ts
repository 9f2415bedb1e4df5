/** The shell commands of a timeline: everybody who prepares for them asks here. */
import type { Command, Timeline } from './timeline';

/** Those around the steps of a script, and those that are steps. */
export function commandsOf({ script, steps }: Pick<Timeline, 'script' | 'steps'>): readonly Command[] {
  const around = [script?.init, script?.cleanup].filter((command) => command !== undefined);
  return [...around, ...steps.flatMap(({ action }) => (action.kind === 'command' ? [action.command] : []))];
}

/** Whether anything but system calls is done on the host: by a server, by commands, or by the interpreter of code blocks. */
export function startsPrograms(timeline: Pick<Timeline, 'server' | 'script' | 'steps'>): boolean {
  const { server, script } = timeline;
  return server !== undefined || script?.needsInterpreter === true || commandsOf(timeline).length > 0;
}
