import { PutMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../../base/errors.js';
import { metrics } from '../../../stack/refs.js';
import type { Log } from './log.js';

/** Emits a metric of this environment. Never throws: a lost metric must not keep a service asleep, nor end a job. */
export type Emit<M extends string> = (metric: M, value: number) => Promise<void>;

/**
 * @param stack the value of the dimension, such as `shop-dev`
 * @param patienceMs longest wait for CloudWatch
 */
export function metricEmitter<M extends string>(
  cloudwatch: CloudWatchClient,
  stack: string,
  log: Log,
  patienceMs: number,
): Emit<M> {
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
