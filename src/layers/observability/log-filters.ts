import type { Config } from '../../config/config.js';
import { canSleep, gatewayName, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { wakeUpCallFailures } from './metrics.js';

/**
 * Counts what the gateway's Lua (`call.lua`) logs when it gives a wake-up up: the function can tell nobody that it was not reached.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (not re-read)
 */
export function logFilters(config: Config, refs: Refs): readonly AnyResource[] {
  if (!config.services.some(canSleep)) return [];
  const { namespace, name } = wakeUpCallFailures(refs);
  return [
    resource('aws_cloudwatch_log_metric_filter.wake_up_failed', {
      name: refs.name(255, 'wake-up-failed'),
      log_group_name: attr(refs.logGroup(gatewayName), 'name'),
      pattern: '"landfall: the wake-up failed"',
      metric_transformation: [{ namespace, name, value: '1', unit: 'Count' }],
    }),
  ];
}
