/** A user's command line as a program and its arguments; a simple command replaces the shell, so that signals reach it. */
export function shellCommand(line: string): { readonly command: string; readonly args: readonly string[] } {
  const simple = !/[;&|<>()`$\n]/.test(line) && !/^\s*[A-Za-z_]\w*=/.test(line);
  return { command: '/bin/sh', args: ['-c', simple ? `exec ${line}` : line] };
}

/** One word of a shell's command line, quoted where it must be. */
export const shellWord = (text: string): string =>
  /^[\w./@:+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
