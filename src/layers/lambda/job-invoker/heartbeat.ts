import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Log } from '../shared/log.js';
import { metricEmitter } from '../shared/metrics.js';
import type { Clock } from './clock.js';

const minute = 60_000;
/** Longest wait for CloudWatch, in milliseconds. */
const patienceMs = 2000;

/**
 * Emits `RunningJobs` at once and each minute, so that the idle alarm puts nothing to sleep; a lost one is only logged.
 * @param stack the value of the dimension, such as `shop-dev`
 * @returns what ends it, when the last one is sent
 */
export function startHeartbeat(cloudwatch: CloudWatchClient, stack: string, clock: Clock, log: Log) {
  const emit = metricEmitter<'RunningJobs'>(cloudwatch, stack, log, patienceMs);
  let last = emit('RunningJobs', 1);
  const end = clock.every(minute, () => {
    last = emit('RunningJobs', 1);
  });
  return async (): Promise<void> => {
    end();
    await last;
  };
}
