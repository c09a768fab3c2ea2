import { LandfallError } from '../base/errors.js';

/** What a command says that needs a plane where none runs. */
export function notRunning(environment: string): LandfallError {
  return new LandfallError({
    code: 'NOT_RUNNING',
    message: 'The local plane does not run.',
    fix: `Start it: landfall infra:deploy --env ${environment} --local`,
  });
}
