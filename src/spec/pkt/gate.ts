/**
 * What the commands of a script need: sysctls that they set by name, and programs that they call. Where one is missing
 * the script could only fail for a reason that is none of the kernel's.
 *
 * Conservative: what may not run, and what a shell would first have to work out, is left out.
 */

export interface ShellNeeds {
  /** With dots. */
  readonly sysctls: readonly string[];
  readonly commands: readonly string[];
}

/** Words that are no programs, or that change whether what follows runs at all. */
const BUILTINS: ReadonlySet<string> = new Set(
  `. : [ alias bg break cd command continue echo eval exec exit export false fc fg getopts hash jobs kill local printf pwd
  read readonly return set shift source test times trap true type ulimit umask unalias unset wait`.split(/\s+/),
);
const KEYWORDS: ReadonlySet<string> = new Set(
  'if then else elif fi for while until do done case esac { } !'.split(' '),
);

/** Longer ones are not looked into. */
const LONGEST_COMMAND = 64 * 1024;

/** What the lines of a shell need. */
export function shellNeeds(text: string): ShellNeeds {
  if (text.length > LONGEST_COMMAND) return { sysctls: [], commands: [] };
  const lists = listsOf(text);
  const certain = lists.filter((list) => !list.conditional).flatMap(({ commands }) => commands);
  const isSimple = !lists.some(({ commands }) => commands.some(({ words }) => KEYWORDS.has(words[0] ?? '')));
  if (!isSimple || /\w\s*\(\s*\)/.test(text)) return { sysctls: [], commands: [] };
  return {
    sysctls: unique(certain.flatMap(sysctlsOf)),
    commands: unique(certain.flatMap(({ words }) => programOf(words))),
  };
}

/** What all of them need. */
export function joinNeeds(needs: readonly ShellNeeds[]): ShellNeeds {
  return {
    sysctls: unique(needs.flatMap(({ sysctls }) => sysctls)),
    commands: unique(needs.flatMap(({ commands }) => commands)),
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

interface SimpleCommand {
  /** Without quotes; redirections are elsewhere. */
  readonly words: readonly string[];
  /** Files that it writes to. */
  readonly outputs: readonly string[];
}

/** Commands with `&&`, `|` and `||` between them. */
interface CommandList {
  readonly commands: readonly SimpleCommand[];
  /** There is a `||` in it: something may fail, and something else may not run. */
  readonly conditional: boolean;
}

const TOKEN =
  /\\\n|[ \t\r]+|#[^\n]*|\n|;;?|&&|\|\|?|\d*(?:>>?|<<?)&?|&>?|[()]|(?:"(?:[^"\\]|\\[^])*"|'[^']*'|\\[^]|\$\([^()]*\)|[^\s;&|<>()"'\\])+|[^]/gy;

function listsOf(text: string): readonly CommandList[] {
  const lists: CommandList[] = [];
  let commands: SimpleCommand[] = [];
  let [words, outputs]: [string[], string[]] = [[], []];
  let conditional = false;
  let redirection: string | undefined;
  const endCommand = (): void => {
    if (words.length > 0 || outputs.length > 0) commands.push({ words, outputs });
    [words, outputs, redirection] = [[], [], undefined];
  };
  const endList = (): void => {
    endCommand();
    if (commands.length > 0) lists.push({ commands, conditional });
    [commands, conditional] = [[], false];
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\\\n' || /^[ \t\r]/.test(token) || (token.startsWith('#') && redirection === undefined)) continue;
    if (['\n', ';', ';;', '&', '(', ')'].includes(token)) endList();
    else if (token === '&&' || token === '|' || token === '||') {
      conditional ||= token === '||';
      endCommand();
    } else if (/^\d*[<>&]/.test(token)) redirection = token;
    else if (redirection !== undefined) {
      if (redirection.includes('>')) outputs.push(unquote(token));
      redirection = undefined;
    } else words.push(unquote(token));
  }
  endList();
  return lists;
}

function unquote(word: string): string {
  return word.replace(
    /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])/g,
    (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(["$`\\])/g, '$1'),
  );
}

/** The program's name, if the first word is nothing else. */
function programOf(words: readonly string[]): readonly string[] {
  const first = words.find((word) => !/^\w+=/.test(word));
  const isProgram = first !== undefined && /^[A-Za-z][\w.+-]*$/.test(first) && !BUILTINS.has(first);
  return isProgram ? [first] : [];
}

function sysctlsOf({ words, outputs }: SimpleCommand): readonly string[] {
  const [program = '', ...args] = words;
  const name = program.slice(program.lastIndexOf('/') + 1);
  const written = outputs.flatMap((path) => networkSysctl(underProc(path)));
  if (name === 'set_sysctls.py')
    return [...written, ...args.flatMap((argument) => networkSysctl(underProc(assigned(argument))))];
  if (name !== 'sysctl') return written;
  // `-e` says that a name may be missing.
  const mayMiss = args.some((argument) => /^-[a-zA-Z]*e/.test(argument) || argument === '--ignore');
  const settings = args.filter((argument) => !argument.startsWith('-'));
  return mayMiss ? written : [...written, ...settings.flatMap((argument) => networkSysctl(assigned(argument)))];
}

/** What stands before `=`. */
function assigned(argument: string): string | undefined {
  const equals = argument.indexOf('=');
  return equals === -1 ? undefined : argument.slice(0, equals).trim();
}

function underProc(path: string | undefined): string | undefined {
  return path?.startsWith('/proc/sys/') === true ? path.slice('/proc/sys/'.length) : undefined;
}

/** With dots, where the separator is a slash; only `net.*` is private to a run, so that others say nothing. */
function networkSysctl(name: string | undefined): readonly string[] {
  if (name === undefined || !/^net[./][\w./-]*\w$/.test(name)) return [];
  if (name[3] === '.') return [name];
  const swapped = [...name].map((character) => (character === '/' ? '.' : character === '.' ? '/' : character));
  return [swapped.join('')];
}
