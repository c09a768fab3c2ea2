import { expect, onTestFinished, test } from 'vitest';
import { resource, type Stack } from '../../stack/stack.js';
import { fakeAccount } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { alarmsStatus } from './alarms.js';

const alarm = (alarm_name: string) =>
  resource('aws_cloudwatch_metric_alarm.api_errors', { alarm_name, comparison_operator: '', evaluation_periods: 1 });
const stack: Stack = { ...shopStack, resources: [...shopStack.resources, alarm('shop-dev-api-errors')] };

test('the alarms are the environment’s own, not those of one whose name begins alike', async () => {
  const account = await fakeAccount({
    DescribeAlarms: () => ({
      MetricAlarms: ['shop-dev-eu-api-errors', 'shop-dev-api-errors'].map((AlarmName) => ({
        AlarmName,
        StateValue: 'ALARM',
        StateReason: 'Threshold Crossed',
        StateUpdatedTimestamp: 1_764_400_000,
      })),
    }),
  });
  onTestFinished(account.stop);
  expect(await alarmsStatus(account.session, stack)).toEqual([
    { name: 'shop-dev-api-errors', state: 'ALARM', reason: 'Threshold Crossed', since: '2025-11-29T07:06:40.000Z' },
  ]);
  expect(account.calls.map(({ input }) => input['AlarmNamePrefix'])).toEqual(['shop-dev-']);
});
