import type { Config } from '../../config/config.js';
import { template, type Expr } from '../../stack/expr.js';
import { metrics, type Refs } from '../../stack/refs.js';
import { schedule, scheduleRole } from '../../stack/schedule.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { decryptSecrets } from '../../stack/task-environment.js';
import { lambdaFunction } from './function.js';

/** Wakes every sleeping service: the gateway calls it through the load balancer, schedules call it directly. */
export function wakeUp(config: Config, refs: Refs): AnyResource[] {
  const token = attr(refs.secret('kong', 'WAKE_TOKEN'), 'arn');
  return [
    ...lambdaFunction(config, refs, {
      name: 'wake-up',
      description: 'Wakes every sleeping service',
      timeoutSeconds: 60,
      memoryMiB: 256,
      environment: {
        CLUSTER: attr(refs.cluster, 'name'),
        STACK: stackName(config),
        TOKEN_SECRET_ARN: token,
      },
      permissions: [
        ...scaleServices(refs),
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: token },
        decryptSecrets(refs),
        emitMetrics(),
      ],
    }),
    resource('aws_lambda_permission.wake_up_load_balancer', {
      statement_id: 'load-balancer',
      function_name: attr(refs.wakeUpFunction, 'function_name'),
      action: 'lambda:InvokeFunction',
      principal: 'elasticloadbalancing.amazonaws.com',
      source_arn: attr(refs.wakeUpTargetGroup, 'arn'),
    }),
    ...(config.sleep.schedule === undefined ? [] : schedules(config, refs, config.sleep.schedule)),
  ];
}

/** Value of the dimension of Landfall's own metrics. */
export const stackName = (config: Config): string => `${config.project}-${config.environment}`;

/**
 * Listing takes no service as its resource, only the cluster as a condition.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html (not re-read)
 */
export function scaleServices(refs: Refs): object[] {
  const cluster = attr(refs.cluster, 'arn');
  return [
    {
      Effect: 'Allow',
      Action: 'ecs:ListServices',
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': cluster } },
    },
    {
      Effect: 'Allow',
      Action: ['ecs:DescribeServices', 'ecs:UpdateService', 'ecs:ListTagsForResource'],
      Resource: servicesArn(refs),
    },
  ];
}

const servicesArn = (refs: Refs): Expr<string> =>
  template`arn:${dataAttr(refs.partition, 'partition')}:ecs:${refs.region}:${refs.accountId}:service/${attr(refs.cluster, 'name')}/*`;

/** Metrics have no resource: their namespace is the condition. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html (not re-read) */
export const emitMetrics = (): object => ({
  Effect: 'Allow',
  Action: 'cloudwatch:PutMetricData',
  Resource: '*',
  Condition: { StringEquals: { 'cloudwatch:namespace': metrics.namespace } },
});

/** Fixed times of sleep and wake, besides idleness. */
function schedules(config: Config, refs: Refs, times: NonNullable<Config['sleep']['schedule']>): AnyResource[] {
  const caller = { role: 'sleep_schedule', function: refs.wakeUpFunction } as const;
  return [
    ...scheduleRole(refs, caller),
    ...(['sleep', 'wake'] as const).map((action) =>
      schedule(refs, {
        ...caller,
        address: `aws_scheduler_schedule.services_${action}`,
        name: refs.name(64, action),
        description: action === 'sleep' ? 'Puts services to sleep' : 'Wakes all services',
        expression: times[action],
        timezone: config.sleep.timezone,
        input: { action },
      }),
    ),
  ];
}
