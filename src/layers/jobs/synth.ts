import type { Config, JobConfig } from '../../config/config.js';
import { template, type Value } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import { hasJobs, inCluster, isWorker, type Refs, type TaskService } from '../../stack/refs.js';
import { schedule, scheduleRole } from '../../stack/schedule.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

const group = 'aws_scheduler_schedule_group.jobs';
const caller = (refs: Refs) => ({ role: 'scheduler', function: refs.jobInvokerFunction }) as const;

/** A schedule for each job, and the role that starts them. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(hasJobs);
  if (services.length === 0) return {};
  return {
    resources: [
      resource(group, { name: refs.name(64, 'jobs'), tags: { Name: refs.name(64, 'jobs') } }),
      ...scheduleRole(refs, caller(refs)),
      ...services.flatMap((service) =>
        Object.entries(service.jobs).map(([name, job]) => jobSchedule(refs, service, name, job)),
      ),
    ],
  };
}

function jobSchedule(refs: Refs, service: TaskService, name: string, job: JobConfig): AnyResource {
  return schedule(refs, {
    ...caller(refs),
    address: `aws_scheduler_schedule.${refs.id(service.name)}__${refs.id(name)}`,
    // Names have no underscore, so that no two pairs of service and job meet.
    name: refs.name(64, `${service.name}_${name}`),
    description: `${job.method} ${job.path} of ${service.name}`,
    group: attr(group, 'name'),
    expression: job.schedule,
    timezone: job.timezone,
    input: { job: `${service.name}/${name}`, method: job.method, ...callOf(refs, service, job) },
  });
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
