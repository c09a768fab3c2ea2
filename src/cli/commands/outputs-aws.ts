import { z } from 'zod';
import { readOutputs, type Outputs } from '../../deploy/status/outputs.js';
import type { Io, Outcome } from '../io.js';
import { renderTable } from '../render/table.js';
import type { LocalOptions } from './options.js';
import { openTarget } from './target.js';

const byName = z.record(z.string(), z.string());
const server = z.strictObject({ host: z.string(), port: z.int() }).nullable();

/** What is deployed on AWS, by the names that AWS gave. */
export const awsOutputsDocument = z.strictObject({
  environment: z.string(),
  region: z.string(),
  accountId: z.string(),
  endpoints: byName,
  cluster: z.string().nullable(),
  loadBalancer: z.string().nullable(),
  distributions: byName,
  buckets: byName,
  repositories: byName,
  appRunner: byName,
  postgres: server,
  redis: server,
  stateBucket: z.string(),
}) satisfies z.ZodType<Outputs>;

export async function runAwsOutputs(options: LocalOptions, io: Io): Promise<Outcome> {
  const { session, synthesis } = await openTarget(options, io);
  const document = await readOutputs(session, synthesis.stack, synthesis.manifest);
  return { document, text: `${renderTable(['what', 'where'], rowsOf(document))}\n` };
}

function rowsOf(outputs: Outputs): readonly (readonly string[])[] {
  const { endpoints, distributions, buckets, repositories, appRunner, postgres, redis } = outputs;
  const each = (what: string, all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([name, value]) => [`${what} of ${name}`, value]);
  const one = (what: string, value: string | null) => (value === null ? [] : [[what, value]]);
  const at = (place: Outputs['postgres']) => (place === null ? null : `${place.host}:${String(place.port)}`);
  return [
    ...Object.entries(endpoints),
    ...one('load balancer', outputs.loadBalancer),
    ...one('ECS cluster', outputs.cluster),
    ...each('distribution', distributions),
    ...each('App Runner', appRunner),
    ...each('bucket', buckets),
    ...each('repository', repositories),
    ...one('PostgreSQL', at(postgres)),
    ...one('Redis', at(redis)),
    ['state bucket', outputs.stateBucket],
  ];
}
