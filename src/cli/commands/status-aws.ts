import { z } from 'zod';
import { latestRecord, unfinishedDeployment } from '../../deploy/records.js';
import { stateBucketName } from '../../deploy/state/bucket.js';
import { alarmsStatus, type AlarmStatus } from '../../deploy/status/alarms.js';
import { servicesStatus, type ServiceStatus } from '../../deploy/status/status.js';
import type { Io, Outcome } from '../io.js';
import { renderTable } from '../render/table.js';
import type { LocalOptions } from './options.js';
import { openTarget } from './target.js';

const text = z.string();
const deployment = z.strictObject({ id: text, at: text, by: text });

/** What runs on AWS. */
export const awsStatusDocument = z.strictObject({
  environment: text,
  accountId: text,
  region: text,
  deployment: deployment.nullable().describe('the last one that came to its end'),
  unfinished: deployment.nullable().describe('one that began after it and did not'),
  services: z.array(
    z.strictObject({
      service: text,
      on: z.enum(['ecs', 'app-runner']),
      state: z.enum(['steady', 'deploying', 'asleep', 'failed', 'missing']),
      desired: z.int().nullable(),
      running: z.int().nullable(),
      taskDefinition: text.nullable(),
      image: text.nullable(),
      reason: text.nullable(),
    }),
  ),
  alarms: z.array(
    z.strictObject({
      name: text,
      state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
      reason: text,
      since: text.nullable(),
    }),
  ),
  endpoints: z.record(text, text),
});

export async function runAwsStatus(options: LocalOptions, io: Io): Promise<Outcome> {
  const { session, synthesis } = await openTarget(options, io);
  const { stack, manifest } = synthesis;
  const bucket = stateBucketName(manifest, session.accountId);
  const [record, unfinished, services, alarms] = await Promise.all([
    latestRecord(session, bucket),
    unfinishedDeployment(session, bucket),
    servicesStatus(session, stack),
    alarmsStatus(session, stack),
  ]);
  const when = (one: { readonly id: string; readonly at: string; readonly by: string } | undefined) =>
    one === undefined ? null : { id: one.id, at: one.at, by: one.by };
  const document: z.infer<typeof awsStatusDocument> = {
    environment: manifest.environment,
    accountId: session.accountId,
    region: session.region,
    deployment: when(record),
    unfinished: when(unfinished),
    services: [...services],
    alarms: [...alarms],
    endpoints: Object.fromEntries(manifest.endpoints.map(({ name, host }) => [name, `https://${host}`])),
  };
  return { document, text: rendered(document) };
}

function rendered({ deployment: last, unfinished, services, alarms, endpoints }: z.infer<typeof awsStatusDocument>) {
  const lines = [
    last === null ? 'Never deployed to the end.' : `Deployed ${last.at} by ${last.by}.`,
    ...(unfinished === null
      ? []
      : [`A deployment that began ${unfinished.at} has not come to its end: run infra:deploy again.`]),
    renderTable(['service', 'state', 'tasks', 'version', 'image'], services.map(serviceRow)),
    ...services.flatMap(({ service, reason }) => (reason === null ? [] : [`${service}: ${reason}`])),
    ...alarmLines(alarms),
    renderTable(['what', 'where'], Object.entries(endpoints)),
  ];
  return `${lines.join('\n')}\n`;
}

const serviceRow = ({ service, state, desired, running, taskDefinition, image }: ServiceStatus): string[] => [
  service,
  state,
  desired === null ? '' : `${String(running ?? 0)} of ${String(desired)}`,
  taskDefinition ?? '',
  image?.slice(0, 'sha256:'.length + 12) ?? '',
];

function alarmLines(alarms: readonly AlarmStatus[]): readonly string[] {
  const raised = alarms.filter(({ state }) => state === 'ALARM');
  if (raised.length === 0) return [`${String(alarms.length)} alarms, none raised.`];
  const rows = raised.map(({ name, since, reason }) => [name, since ?? '', reason.slice(0, 80)]);
  return [
    `${String(raised.length)} of ${String(alarms.length)} alarms raised:`,
    renderTable(['alarm', 'since', 'reason'], rows),
  ];
}
