import type { LocalContext } from './context.js';

/** What a local process needs of this machine besides the task's own environment. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'USER'] as const;

/** The machine's part of a process environment; the plane's authority is trusted, and servers listen on the loopback address. */
export function processEnvironment(ctx: LocalContext): Readonly<Record<string, string>> {
  const machine = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(machine), HOST: '127.0.0.1', NODE_EXTRA_CA_CERTS: ctx.certificate.caFile };
}
