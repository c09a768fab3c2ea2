import type { Io } from './io.js';
import { terminalPrompts } from './prompts.js';

/** This process's own streams. Ctrl-C aborts; a second one ends the command at once. */
export function processIo(): Io {
  const interrupted = new AbortController();
  const onSignal = () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const isTerminal = process.stderr.isTTY && TERM !== 'dumb';
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal,
    color: (NO_COLOR === undefined || NO_COLOR === '') && (isTerminal || (FORCE_COLOR ?? '0') !== '0'),
    signal: interrupted.signal,
    prompts: terminalPrompts(process.stdin.isTTY && isTerminal, interrupted.signal),
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
