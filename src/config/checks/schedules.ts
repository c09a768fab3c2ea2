import { entries, fields, text, type LooseProject } from '../loose.js';
import { mistake, shown, type Mistake, type Place } from '../mistake.js';
import { nearest } from '../nearest.js';
import { scheduleFault } from './cron.js';

/** Schedules and time zones of jobs and of sleep. */
export function scheduleMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  const jobs = services.flatMap((service) =>
    entries(service.fields['jobs']).map((job) => ({ service, job, at: ['services', service.name, 'jobs', job.name] })),
  );
  return [
    ...jobs.flatMap(({ job, at }) => [
      ...schedule(job.fields['schedule'], [...at, 'schedule'], 'any'),
      ...timezone(job.fields['timezone'], [...at, 'timezone']),
    ]),
    ...jobs.flatMap(({ service, at }) =>
      service.fields['type'] === 'worker' && service.fields['port'] === undefined
        ? [withoutPort(service.name, at)]
        : [],
    ),
    ...environments.flatMap(({ name, fields: environment }) => {
      const sleep = fields(environment['sleep']);
      const times = fields(sleep['schedule']);
      const at: Place = ['environments', name, 'sleep'];
      return [
        ...schedule(times['sleep'], [...at, 'schedule', 'sleep'], 'cron'),
        ...schedule(times['wake'], [...at, 'schedule', 'wake'], 'cron'),
        ...timezone(sleep['timezone'], [...at, 'timezone']),
      ];
    }),
  ];
}

function schedule(value: unknown, at: Place, kinds: 'any' | 'cron'): readonly Mistake[] {
  const fault = typeof value === 'string' ? scheduleFault(value, kinds) : undefined;
  if (fault === undefined) return [];
  const fix = kinds === 'any' ? 'Write `cron(0 3 * * ? *)` or `rate(5 minutes)`.' : 'Write `cron(0 20 ? * MON-FRI *)`.';
  return [mistake('CONFIG_SCHEDULE', at, `The schedule ${shown(value)} is not valid: ${fault}.`, fix)];
}

function timezone(value: unknown, at: Place): readonly Mistake[] {
  const zone = text(value);
  if (zone === undefined || isTimezone(zone)) return [];
  const near = nearest(zone, ['UTC', ...Intl.supportedValuesOf('timeZone')]);
  const fix = near === undefined ? 'Write an IANA name such as `Europe/Berlin`, or `UTC`.' : `Did you mean "${near}"?`;
  return [mistake('CONFIG_TIMEZONE', at, `There is no time zone ${shown(zone)}.`, fix)];
}

/** IANA names only: offsets such as `+01:00` know no summer time, and AWS does not take them. */
function isTimezone(zone: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const withoutPort = (name: string, at: Place): Mistake =>
  mistake(
    'CONFIG_JOB_WITHOUT_PORT',
    at,
    `The job calls "${name}" over HTTP, but that worker names no port.`,
    `Add \`services.${name}.port\`, where it listens.`,
  );
