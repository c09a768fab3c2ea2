import type { Config } from '../../config/config.js';
import { hasJobs, onAppRunner, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { decryptSecrets } from '../../stack/task-environment.js';
import { lambdaFunction } from './function.js';
import { emitMetrics, scaleServices, stackName } from './wake-up.js';

/** Fifteen minutes: what Lambda gives. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (not re-read) */
const longestJobSeconds = 900;

/** Makes the scheduled calls, from inside the VPC; it wakes the service first when it sleeps. What failed three times is kept in a queue. */
export function jobInvoker(config: Config, refs: Refs): AnyResource[] {
  const token = attr(refs.secret('shared', 'JOB_TOKEN'), 'arn');
  const origin = attr(refs.secret('kong', 'ORIGIN_VERIFY'), 'arn');
  const callsAppRunner = config.services.some((service) => hasJobs(service) && onAppRunner(service));
  return [
    ...lambdaFunction(config, refs, {
      name: 'job-invoker',
      description: 'Calls services on schedule',
      timeoutSeconds: longestJobSeconds,
      memoryMiB: 256,
      securityGroup: 'job_invoker',
      environment: {
        CLUSTER: attr(refs.cluster, 'name'),
        STACK: stackName(config),
        TOKEN_SECRET_ARN: token,
        ...(callsAppRunner && { ORIGIN_VERIFY_SECRET_ARN: origin }),
      },
      permissions: [
        ...scaleServices(refs),
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: [token, ...(callsAppRunner ? [origin] : [])],
        },
        decryptSecrets(refs),
        emitMetrics(),
      ],
    }),
    resource('aws_lambda_function_event_invoke_config.job_invoker', {
      function_name: attr(refs.jobInvokerFunction, 'function_name'),
      maximum_retry_attempts: 2,
      maximum_event_age_in_seconds: 3600,
    }),
  ];
}
