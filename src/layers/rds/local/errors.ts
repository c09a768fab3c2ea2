import { LandfallError } from '../../../base/errors.js';

/** PostgreSQL's own last words stay in the message: they nearly always name the cause. */
export function notStarted(why: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'POSTGRES_NOT_STARTED',
    message: [`PostgreSQL did not start: ${why}.`, ...lastLines.slice(-15)].join('\n'),
    fix: 'See infra:logs postgres --local. Local data is where it was.',
  });
}

export function portTaken(port: number): LandfallError {
  return new LandfallError({
    code: 'PORT_TAKEN',
    message: `Port ${String(port)}, which PostgreSQL needs, is taken by another program.`,
    fix: 'Stop that program, or give other ports: --port-base 4500.',
  });
}

export function loginRefused(user: string, dataFolder: string, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'POSTGRES_LOGIN_REFUSED',
      message: `The data in ${dataFolder} was made with another password for ${user} than the local vault has now.`,
      fix: 'Put the vault and the data back from one copy, or run infra:destroy --local to start afresh (local data is lost then).',
      path: dataFolder,
    },
    { cause },
  );
}
