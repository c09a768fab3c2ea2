import {
  DescribeServicesCommand,
  paginateListServices,
  UpdateServiceCommand,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs';
import { messageOf } from '../../../base/errors.js';

/** The ECS services of one cluster. */
export interface Fleet {
  readonly ecs: ECSClient;
  readonly cluster: string;
}

/** A service that could not be looked at or changed; `*` when the services could not even be listed. */
export interface Failure {
  readonly service: string;
  readonly reason: string;
}

/** What was found of at most ten services. */
interface Page {
  readonly services: readonly Service[];
  readonly failed: readonly Failure[];
}

/**
 * Most services of one `DescribeServices`, and most names of one `ListServices`.
 * @see https://docs.aws.amazon.com/sdk-for-kotlin/api/latest/ecs/aws.sdk.kotlin.services.ecs.model/-describe-services-request/services.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/sdk-for-sap-abap/v1/api/latest/ecs/operation/LISTSERVICES.html (read 2026-11-25)
 */
const limits = { describe: 10, list: 100 } as const;

/**
 * The services with those names, else all of the cluster, with their tags, ten at a time so that the caller can act on ten
 * before the next are asked for. Never throws: what cannot be read is among `failed`.
 */
export async function* servicePages(fleet: Fleet, only?: readonly string[]): AsyncGenerator<Page> {
  let names: readonly string[];
  try {
    names = only ?? (await listServices(fleet));
  } catch (error) {
    yield { services: [], failed: [failureOf('*', error)] };
    return;
  }
  for (let start = 0; start < names.length; start += limits.describe) {
    yield await describeServices(fleet, names.slice(start, start + limits.describe));
  }
}

export const isActive = ({ status }: Service): boolean => status === 'ACTIVE';

async function listServices({ ecs, cluster }: Fleet): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const page of paginateListServices({ client: ecs, pageSize: limits.list }, { cluster })) {
    arns.push(...(page.serviceArns ?? []));
  }
  return arns;
}

async function describeServices({ ecs, cluster }: Fleet, names: readonly string[]): Promise<Page> {
  try {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [...names], include: ['TAGS'] }));
    const failed = (answer.failures ?? []).map(({ arn, reason }) => ({
      service: nameOf(arn ?? '*'),
      reason: reason ?? 'unknown',
    }));
    return { services: answer.services ?? [], failed };
  } catch (error) {
    return { services: [], failed: names.map((name) => failureOf(nameOf(name), error)) };
  }
}

/** Sets the desired count of one service. @returns why it could not */
export async function scale({ ecs, cluster }: Fleet, service: Service, count: number): Promise<Failure | undefined> {
  try {
    await ecs.send(new UpdateServiceCommand({ cluster, service: service.serviceArn, desiredCount: count }));
    return undefined;
  } catch (error) {
    return failureOf(service.serviceName ?? '*', error);
  }
}

const failureOf = (service: string, error: unknown): Failure => ({
  service,
  reason: `${error instanceof Error ? error.name : 'Error'}: ${messageOf(error)}`,
});

/** `…:service/shop-dev/shop-dev-auth` → `shop-dev-auth`. */
export const nameOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
