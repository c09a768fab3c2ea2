import {
  DescribeServicesCommand,
  ECSClient,
  UpdateServiceCommand,
  type Deployment,
  type Service,
} from '@aws-sdk/client-ecs';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** At most 10 services a call. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html (not re-read) */
const servicesACall = 10;

/** The services that exist, by name. @throws what `awsProblem` makes */
export async function describeServices(
  session: AwsSession,
  cluster: string,
  names: readonly string[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, Service>> {
  const client = session.client(ECSClient);
  const options = signal === undefined ? {} : { abortSignal: signal };
  const found = new Map<string, Service>();
  try {
    for (let start = 0; start < names.length; start += servicesACall) {
      const services = names.slice(start, start + servicesACall);
      const answer = await client.send(new DescribeServicesCommand({ cluster, services }), options);
      for (const service of answer.services ?? []) {
        if (service.status !== 'INACTIVE') found.set(service.serviceName ?? '', service);
      }
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'ClusterNotFoundException') return new Map();
    throw awsProblem(error, 'look at the ECS services');
  }
  return found;
}

/** The deployment that ECS works towards. */
export const primaryOf = ({ deployments = [] }: Service): Deployment | undefined =>
  deployments.find(({ status }) => status === 'PRIMARY');

/**
 * Replaces the tasks of a service by new ones: of the version that it has, or of a task definition that is named.
 * @returns the id of the deployment that it starts
 * @throws what `awsProblem` makes
 */
export async function forceDeployment(
  session: AwsSession,
  cluster: string,
  { name, taskDefinition }: { readonly name: string; readonly taskDefinition?: string },
): Promise<string | undefined> {
  const update = { cluster, service: name, ...(taskDefinition !== undefined && { taskDefinition }) };
  try {
    const { service } = await session
      .client(ECSClient)
      .send(new UpdateServiceCommand({ ...update, forceNewDeployment: true }));
    return service && primaryOf(service)?.id;
  } catch (error) {
    throw awsProblem(error, `deploy the service ${name} anew`);
  }
}
