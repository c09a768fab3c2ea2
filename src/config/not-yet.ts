import { LandfallErrors, type Problem } from '../base/errors.js';
import type { Config } from './config.js';

/**
 * Refuses what a config asks for and this version does not make yet, all at once, so that nothing is left out in silence.
 * @throws LandfallErrors `NOT_YET`
 */
export function refuseUnsupported(config: Config): void {
  const [first, ...rest] = unsupported(config);
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

function unsupported(config: Config): readonly Problem[] {
  const environment = `environments.${config.environment}`;
  const services = config.services.flatMap((service) => {
    const path = `services.${service.name}`;
    if (service.type === 'nextjs' || service.type === 'worker')
      return [notYet(`${path}.type`, `a service of type ${service.type}`)];
    if (service.type === 'spa') return [];
    return [
      ...(service.redis ? [notYet(`${path}.redis`, 'Redis')] : []),
      ...(Object.keys(service.jobs).length > 0 ? [notYet(`${path}.jobs`, 'scheduled jobs')] : []),
    ];
  });
  const asked: readonly (readonly [boolean, string, string])[] = [
    [config.nat === 'instance', 'nat', 'a NAT instance'],
    [config.gateway.database === 'postgres', 'gateway.database', 'Kong with a database'],
    [config.gateway.rateLimit !== undefined, 'gateway.rateLimit', 'rate limiting at the gateway'],
    [config.waf.rules.length > 0, 'waf.rules', 'custom WAF rules'],
    [config.wake.mode === 'hold', 'wake.mode', 'holding requests while a service wakes'],
    [config.sleep.schedule !== undefined, 'sleep.schedule', 'a sleeping schedule'],
    [config.redirectDomains.length > 0, 'redirectDomains', 'redirect domains'],
    [config.alarms.email !== undefined, 'alarms.email', 'alarms'],
    [config.budgetUsd !== undefined, 'budgetUsd', 'a budget'],
    [config.override !== undefined, 'override', 'overriding resources'],
  ];
  return [
    ...services,
    ...asked.flatMap(([wanted, key, what]) => (wanted ? [notYet(`${environment}.${key}`, what)] : [])),
  ];
}

function notYet(path: string, what: string): Problem {
  return {
    code: 'NOT_YET',
    message: `This version of Landfall does not make ${what} yet.`,
    fix: 'Leave it out for now; the README lists what comes later.',
    path,
  };
}
