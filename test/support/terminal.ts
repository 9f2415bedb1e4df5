/** A terminal that keeps what it shows: carriage return, and erasing to the end of the line. */
export function terminal(columns?: number) {
  const lines = [''];
  let column = 0;
  return {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
    lines,
    write: (text: string): void => {
      for (const [token] of text.matchAll(/\r|\n|\u001b\[K|[^\r\n\u001b]+/g)) {
        const line = lines.at(-1) ?? '';
        if (token === '\n') lines.push('');
        else if (token === '\u001b[K') lines[lines.length - 1] = line.slice(0, column);
        else if (token !== '\r') lines[lines.length - 1] = line.slice(0, column) + token;
        column = token === '\r' || token === '\n' ? 0 : token === '\u001b[K' ? column : column + token.length;
      }
    },
  };
}
