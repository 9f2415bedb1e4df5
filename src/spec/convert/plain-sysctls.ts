/** Init commands that do nothing but set sysctls: `sysctl -q net.ipv4.tcp_sack=0`. */

const NAME = String.raw`net(?:\.[\w-]+)+`;
/** Nothing that a shell would first have to work out. */
const VALUE = String.raw`(?:"[^"$\x60\\\n]*"|'[^'\n]*'|[^\s"'$\x60\\;&|<>()*?~#]+)`;
const SETTING = String.raw`(?:${NAME}=${VALUE}|"${NAME}=[^"$\x60\\\n]*"|'${NAME}=[^'\n]*')`;
const LINE = new RegExp(String.raw`^sysctl(?:[ \t]+-[qw]+)*((?:[ \t]+${SETTING})+)$`);

/** The settings by name, the last one of a name; `undefined` when the lines do anything else. */
export function plainSysctls(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const line of text.split(/\n|&&|;/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const settings = LINE.exec(line)?.[1];
    if (settings === undefined) return undefined;
    for (const [setting] of settings.matchAll(new RegExp(SETTING, 'g'))) {
      const [name = '', ...value] = setting.replaceAll(/["']/g, '').split('=');
      // The kernel counts the last setting; where the order of two names matters, it is that of their last settings.
      found.delete(name);
      found.set(name, value.join('=').trim());
    }
  }
  return found;
}
