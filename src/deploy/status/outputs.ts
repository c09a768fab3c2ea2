import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LandfallError } from '../../base/errors.js';
import type { Manifest } from '../../stack/manifest.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { stateBucketName, stateKey } from '../state/bucket.js';
import { readState, type DeployedState } from '../terraform/state.js';

type ByName = Readonly<Record<string, string>>;

/** What is deployed, by the names that AWS gave. */
export interface Outputs {
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
  readonly endpoints: ByName;
  readonly cluster: string | null;
  readonly loadBalancer: string | null;
  /** By front end, and `api`: the distribution's id. */
  readonly distributions: ByName;
  /** By site. */
  readonly buckets: ByName;
  /** By service. */
  readonly repositories: ByName;
  readonly appRunner: ByName;
  readonly postgres: { readonly host: string; readonly port: number } | null;
  readonly redis: { readonly host: string; readonly port: number } | null;
  readonly stateBucket: string;
}

/** Reads Terraform's state where it is kept: no Terraform is needed. @throws LandfallError `NOT_DEPLOYED` */
export async function readOutputs(session: AwsSession, stack: Stack, manifest: Manifest): Promise<Outputs> {
  const stateBucket = stateBucketName(manifest, session.accountId);
  const state = await stateIn(session, stateBucket, manifest.environment);
  const view = viewOf(stack);
  const text = (address: string, attribute: string) => {
    const value = state.values(address)?.[attribute];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = (address: string, attribute: string) => Number(state.values(address)?.[attribute]);
  const named = (
    type: 'aws_cloudfront_distribution' | 'aws_ecr_repository' | 'aws_apprunner_service',
    attribute: string,
  ) =>
    byName(view.all(type).map(({ name }) => [name.replaceAll('_', '-'), text(`${type}.${name}`, attribute)] as const));
  const server = (address: string, host: string) => {
    const found = text(address, host);
    return found === null ? null : { host: found, port: number(address, 'port') };
  };
  return {
    environment: manifest.environment,
    region: session.region,
    accountId: session.accountId,
    endpoints: Object.fromEntries(manifest.endpoints.map(({ name, host }) => [name, `https://${host}`])),
    cluster: text('aws_ecs_cluster.main', 'name'),
    loadBalancer: text('aws_lb.main', 'dns_name'),
    distributions: named('aws_cloudfront_distribution', 'id'),
    buckets: byName(manifest.sites.map(({ service, bucket }) => [service, text(bucket, 'bucket')] as const)),
    repositories: named('aws_ecr_repository', 'repository_url'),
    appRunner: named('aws_apprunner_service', 'service_url'),
    postgres: server('aws_db_instance.main', 'address'),
    redis: server('aws_elasticache_replication_group.main', 'primary_endpoint_address'),
    stateBucket,
  };
}

const byName = (entries: readonly (readonly [string, string | null])[]): ByName =>
  Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null));

async function stateIn(session: AwsSession, Bucket: string, environment: string): Promise<DeployedState> {
  try {
    const { Body } = await session.client(S3Client).send(new GetObjectCommand({ Bucket, Key: stateKey }));
    return readState((await Body?.transformToString()) ?? '');
  } catch (error) {
    if (!isAwsError(error, 'NoSuchKey', 'NoSuchBucket')) throw awsProblem(error, 'read the state');
    throw new LandfallError({
      code: 'NOT_DEPLOYED',
      message: `${environment} was never deployed to this account and region (${session.accountId}, ${session.region}).`,
      fix: `Deploy it: landfall infra:init --env ${environment}, then landfall infra:deploy --env ${environment}.`,
    });
  }
}
