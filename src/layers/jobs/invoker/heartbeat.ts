import { PutMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../../base/errors.js';
import { metrics } from '../../../stack/refs.js';
import type { Clock } from './clock.js';
import type { Log } from './log.js';

const minute = 60_000;
/** Longest wait for CloudWatch, in milliseconds. */
const patienceMs = 2000;

/**
 * Emits `RunningJobs` at once and each minute, so that the idle alarm puts nothing to sleep; a lost one is only logged.
 * @param stack the value of the dimension, such as `shop-dev`
 * @returns what ends it, when the last one is sent
 */
export function startHeartbeat(cloudwatch: CloudWatchClient, stack: string, clock: Clock, log: Log) {
  async function emit(): Promise<void> {
    const command = new PutMetricDataCommand({
      Namespace: metrics.namespace,
      MetricData: [
        {
          MetricName: 'RunningJobs',
          Dimensions: [{ Name: metrics.dimension, Value: stack }],
          Unit: 'Count',
          Value: 1,
        },
      ],
    });
    try {
      await cloudwatch.send(command, { abortSignal: AbortSignal.timeout(patienceMs) });
    } catch (error) {
      log({ event: 'metric lost', metric: 'RunningJobs', reason: messageOf(error) });
    }
  }

  let last = emit();
  const end = clock.every(minute, () => {
    last = emit();
  });
  return async (): Promise<void> => {
    end();
    await last;
  };
}
