import { PutMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../../base/errors.js';
import { metrics } from '../../../stack/refs.js';
import type { Log } from './log.js';

/** Emits a metric of this environment. Never throws: a lost metric must not keep a service asleep. */
export type Emit = (metric: 'WakeUps' | 'WakeUpFailures', value: number) => Promise<void>;

/** Longest wait for CloudWatch, in milliseconds. */
const patienceMs = 3000;

/** @param stack the value of the dimension, such as `shop-dev` */
export function metricEmitter(cloudwatch: CloudWatchClient, stack: string, log: Log): Emit {
  return async (metric, value) => {
    const command = new PutMetricDataCommand({
      Namespace: metrics.namespace,
      MetricData: [
        {
          MetricName: metric,
          Dimensions: [{ Name: metrics.dimension, Value: stack }],
          Unit: 'Count',
          Value: value,
        },
      ],
    });
    try {
      await cloudwatch.send(command, { abortSignal: AbortSignal.timeout(patienceMs) });
    } catch (error) {
      log({ event: 'metric lost', metric, value, reason: messageOf(error) });
    }
  };
}
