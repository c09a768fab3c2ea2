import { LandfallError } from '../../../base/errors.js';

/** How a person gets a server, on this kind of machine. */
function installLine(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Install one: brew install valkey (or: brew install redis).';
  if (platform === 'linux')
    return 'Install one: sudo apt install valkey-server (or redis-server); on Fedora: sudo dnf install valkey; on Alpine: sudo apk add valkey.';
  return 'Install Valkey or Redis 6.2 or later, and put its server on the PATH.';
}

/** @param tried what was looked for, and why it did not do, in order */
export function noServer(tried: readonly string[], platform: NodeJS.Platform = process.platform): LandfallError {
  return new LandfallError({
    code: 'REDIS_NOT_INSTALLED',
    message: ['No Redis server was found for the local plane:', ...tried.map((line) => `- ${line}`)].join('\n'),
    fix: `${installLine(platform)} LANDFALL_REDIS_SERVER names a server elsewhere.`,
  });
}

export function configuredUnusable(path: string, why: string): LandfallError {
  return new LandfallError({
    code: 'REDIS_SERVER_UNUSABLE',
    message: `LANDFALL_REDIS_SERVER is ${path}, which cannot be used: ${why}.`,
    fix: 'Let it name the server program of Valkey, or of Redis 6.2 or later; without it Landfall looks for one itself.',
    path,
  });
}

/** The server's own last words stay in the message: they nearly always name the cause. */
export function notStarted(why: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'REDIS_NOT_STARTED',
    message: [`Redis did not start: ${why}.`, ...lastLines.slice(-15)].join('\n'),
    fix: 'See infra:logs redis --local. Local data is where it was; data of a newer server needs that server again (LANDFALL_REDIS_SERVER).',
  });
}

export function portTaken(port: number, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'PORT_TAKEN',
      message: `Port ${String(port)}, which Redis needs, is taken by another program.`,
      fix: 'Stop that program, or give other ports: --port-base 4500.',
    },
    { cause },
  );
}
