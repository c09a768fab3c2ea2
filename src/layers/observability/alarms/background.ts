import type { Config } from '../../../config/config.js';
import { canSleep, hasJobs, type Refs } from '../../../stack/refs.js';
import {
  failedJobs,
  lambda,
  natGateway,
  natGateways,
  ownMetrics,
  wakeUpCallFailures,
  type Metric,
} from '../metrics.js';
import type { Alarm } from './alarm.js';

/** One event is enough: these say nothing while nothing happens. */
const event = { limit: { atLeast: 1 }, seconds: 300, windows: 1, missing: 'notBreaching' } as const;
const sumOf = (metric: Metric) => ({ metric, statistic: 'Sum' }) as const;

/** What runs behind the services: wake-ups (when one can sleep), scheduled jobs (when there are some), the way out to the internet. */
export function backgroundAlarms(config: Config, refs: Refs): readonly Alarm[] {
  return [
    ...(config.services.some(canSleep) ? wakeUpAlarms(refs) : []),
    ...(config.services.some(hasJobs) ? jobAlarms(refs) : []),
    ...natGateways(config).map(natAlarm),
  ];
}

function wakeUpAlarms(refs: Refs): readonly Alarm[] {
  const metric = lambda(refs.wakeUpFunction);
  return [
    {
      ...event,
      what: 'wake-up-failed',
      where: 'everywhere',
      description:
        'A sleeping service could not be started, so its callers go on getting 503. Start it by hand (landfall infra:wake), then look at the log of the wake-up function and at why the tasks stop (landfall infra:status).',
      watch: sumOf(ownMetrics(refs)('WakeUpFailures')),
    },
    {
      ...event,
      what: 'wake-up-unreachable',
      where: 'everywhere',
      description:
        'The gateway could not get the function that wakes services to do so, after several attempts; callers of a sleeping service go on getting 503. The log of the gateway says why: a wrong token (deploy again, so that its tasks read the present one), or no way to the function. Start the services by hand meanwhile (landfall infra:wake).',
      watch: sumOf(wakeUpCallFailures(refs)),
    },
    {
      ...event,
      what: 'wake-up-crashed',
      where: 'production',
      description:
        'The function that wakes services crashed or timed out. The next request to a sleeping service calls it again; if this repeats, look at its log and start the services by hand (landfall infra:wake).',
      watch: sumOf(metric('Errors')),
    },
    {
      ...event,
      what: 'wake-up-throttled',
      where: 'production',
      description:
        'AWS refused to run the function that wakes services: the functions of this account use all of its Lambda concurrency. Services wake later than they should. Ask AWS for a higher quota (Lambda, concurrent executions).',
      watch: sumOf(metric('Throttles')),
    },
  ];
}

function jobAlarms(refs: Refs): readonly Alarm[] {
  return [
    {
      ...event,
      what: 'jobs-failed',
      where: 'everywhere',
      description:
        'A scheduled job failed at every attempt; its call waits in the queue of failed jobs. Read there which job it was, mend it, call it by hand if the run is needed, and delete the message.',
      watch: { metric: failedJobs(refs)('ApproximateNumberOfMessagesVisible'), statistic: 'Maximum' },
      // A queue that nobody touches stops reporting; what lay in it still lies there.
      missing: 'ignore',
    },
    {
      ...event,
      what: 'job-invoker-crashed',
      where: 'production',
      description:
        'A call of a scheduled job failed: the service answered with an error, too late, or not at all. It is tried again; if it keeps failing, jobs-failed follows. Look at the log of the service at that minute.',
      watch: sumOf(lambda(refs.jobInvokerFunction)('Errors')),
    },
  ];
}

const natAlarm = (zone: 'a' | 'b'): Alarm => ({
  ...event,
  what: `nat-${zone}-ports-exhausted`,
  where: 'production',
  description: `The NAT gateway of zone ${zone} ran out of ports: too many connections at once from the services to one address, and new ones fail. Reuse connections (keep-alive, one HTTP agent for the process) and close idle ones.`,
  watch: sumOf(natGateway(zone)('ErrorPortAllocation')),
});
