import { LandfallErrors, type Problem } from '../base/errors.js';
import type { Config } from './config.js';

/**
 * Refuses what a config asks for and this version does not do yet, all at once, so that nothing is left out in silence.
 * `local`: for the local plane, which does less than AWS.
 * @throws LandfallErrors `NOT_YET`
 */
export function refuseUnsupported(config: Config, local: boolean): void {
  const [first, ...rest] = local ? unsupportedLocally(config) : [];
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

type Asked = readonly [wanted: boolean, path: string, what: string];

function unsupportedLocally(config: Config): readonly Problem[] {
  const environment = `environments.${config.environment}`;
  const services = config.services.flatMap((service): readonly Asked[] => {
    if (service.type === 'spa') return [];
    const path = `services.${service.name}`;
    return [[Object.keys(service.jobs).length > 0, `${path}.jobs`, 'scheduled jobs']];
  });
  return problems(
    [...services, [config.redirectDomains.length > 0, `${environment}.redirectDomains`, 'redirect domains']],
    'The local plane',
  );
}

const problems = (asked: readonly Asked[], who: string): readonly Problem[] =>
  asked
    .filter(([wanted]) => wanted)
    .map(([, path, what]) => ({
      code: 'NOT_YET',
      message: `${who} does not do ${what} yet.`,
      fix: 'Leave it out for now; the README lists what comes later.',
      path,
    }));
