import type { Config, JobConfig } from '../../config/config.js';
import { jsonText, template, type Value } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import { hasJobs, inCluster, isWorker, type Refs, type TaskService } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { trust } from '../../stack/trust.js';

const group = 'aws_scheduler_schedule_group.jobs';
const role = 'aws_iam_role.scheduler';

/** A schedule for each job, and the role that starts them. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(hasJobs);
  if (services.length === 0) return {};
  return {
    resources: [
      resource(group, { name: refs.name(64, 'jobs'), tags: { Name: refs.name(64, 'jobs') } }),
      ...schedulerRole(refs),
      ...services.flatMap((service) =>
        Object.entries(service.jobs).map(([name, job]) => schedule(refs, service, name, job)),
      ),
    ],
  };
}

function schedulerRole(refs: Refs): AnyResource[] {
  return [
    resource(role, {
      name: refs.name(64, 'scheduler'),
      assume_role_policy: trust(refs, 'scheduler.amazonaws.com'),
      tags: { Name: refs.name(64, 'scheduler') },
    }),
    resource('aws_iam_role_policy.scheduler', {
      name: 'invoke',
      role: attr(role, 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: attr(refs.jobInvokerFunction, 'arn') },
          { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attr(refs.functionFailures, 'arn') },
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: attr(refs.key, 'arn') },
        ],
      }),
    }),
  ];
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (not re-read) */
function schedule(refs: Refs, service: TaskService, name: string, job: JobConfig): AnyResource {
  return resource(
    `aws_scheduler_schedule.${refs.id(service.name)}__${refs.id(name)}`,
    {
      // Names have no underscore, so that no two pairs of service and job meet.
      name: refs.name(64, `${service.name}_${name}`),
      description: `${job.method} ${job.path} of ${service.name}`,
      group_name: attr(group, 'name'),
      schedule_expression: job.schedule,
      schedule_expression_timezone: job.timezone,
      kms_key_arn: attr(refs.key, 'arn'),
      flexible_time_window: [{ mode: 'OFF' }],
      target: [
        {
          arn: attr(refs.jobInvokerFunction, 'arn'),
          role_arn: attr(role, 'arn'),
          input: jsonText({ job: `${service.name}/${name}`, method: job.method, ...callOf(refs, service, job) }),
          retry_policy: [{ maximum_retry_attempts: 5, maximum_event_age_in_seconds: 3600 }],
          dead_letter_config: [{ arn: attr(refs.functionFailures, 'arn') }],
        },
      ],
    },
    { dependsOn: ['aws_iam_role_policy.scheduler'] },
  );
}

/** Tasks of the cluster are called by their Cloud Map name; App Runner by its own, with the header that its web ACL demands. */
function callOf(
  refs: Refs,
  service: TaskService,
  { path }: JobConfig,
): Readonly<Record<string, Value<string> | boolean | undefined>> {
  const tasks: boolean = inCluster(service);
  if (!tasks)
    return {
      url: template`https://${attr(refs.appRunnerService(service.name), 'service_url')}${path}`,
      originVerify: true,
    };
  const origin = `http://${service.name}.${refs.namespaceName}:${String(service.port)}`;
  return {
    url: `${origin}${path}`,
    service: attr(refs.service(service.name), 'name'),
    ...(!isWorker(service) && { healthUrl: `${origin}${service.healthCheckPath}` }),
  };
}
