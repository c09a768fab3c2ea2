import type { Config } from '../../config/config.js';
import type { Refs } from '../../stack/refs.js';
import type { Resource } from '../../stack/stack.js';
import { alarmResource } from './alarms/alarm.js';
import { backgroundAlarms } from './alarms/background.js';
import { cacheAlarms, databaseAlarms } from './alarms/database.js';
import { loadBalancerAlarms } from './alarms/load-balancer.js';
import { serviceAlarms } from './alarms/services.js';

/**
 * The alarms of an environment. Each costs $0.10 a month, the share of 5xx answers $0.20 (it reads two metrics), so that outside production
 * only those remain that tell of something broken which nobody would notice, or which gets worse by waiting:
 *
 * | alarm                                                     | production | elsewhere |
 * | --------------------------------------------------------- | ---------- | --------- |
 * | load balancer: share of 5xx answers, its own 5xx          | yes        | yes       |
 * | load balancer: p95 latency                                | yes        |           |
 * | gateway and each service: CPU, memory, unhealthy targets  | yes        |           |
 * | each App Runner service: 5xx answers, p95 latency         | yes        |           |
 * | database: storage                                         | yes        | yes       |
 * | database: CPU, connections, memory                        | yes        |           |
 * | each cache node: memory, CPU                              | yes        |           |
 * | wake-ups that failed, or that could not be asked for      | yes        | yes       |
 * | wake-up function: errors, throttles                       | yes        |           |
 * | jobs that failed at every attempt                         | yes        | yes       |
 * | job invoker: errors                                       | yes        |           |
 * | each NAT gateway: no port left                            | yes        |           |
 *
 * Elsewhere that is at most $0.70 a month, whatever the number of services.
 * @see https://aws.amazon.com/cloudwatch/pricing/ (not re-read)
 */
export function alarms(config: Config, refs: Refs): readonly Resource<'aws_cloudwatch_metric_alarm'>[] {
  return [loadBalancerAlarms, serviceAlarms, databaseAlarms, cacheAlarms, backgroundAlarms]
    .flatMap((group) => group(config, refs))
    .filter(({ where }) => config.production || where === 'everywhere')
    .map((alarm) => alarmResource(refs, alarm));
}
