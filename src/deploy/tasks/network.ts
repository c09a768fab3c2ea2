import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { LandfallError } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { describeServices } from '../services/ecs.js';
import { clusterOf } from '../services/names.js';
import type { OneOffTask } from './run-task.js';

/**
 * Where one-off tasks run: where the service runs or, before it exists, in the Stack's private subnets, found by their names.
 * @throws LandfallError `NETWORK_MISSING`
 */
export async function taskNetwork(session: AwsSession, stack: Stack, service: string): Promise<OneOffTask['network']> {
  const running = (await describeServices(session, clusterOf(stack), [service])).get(service);
  const { subnets = [], securityGroups = [] } = running?.networkConfiguration?.awsvpcConfiguration ?? {};
  return subnets.length > 0 ? { subnets, securityGroups } : byName(session, stack);
}

async function byName(session: AwsSession, stack: Stack): Promise<OneOffTask['network']> {
  const view = viewOf(stack);
  const nameOf = (tags: unknown) => String((tags as Readonly<Record<string, unknown>> | undefined)?.['Name']);
  const wanted = ['aws_subnet.private_a', 'aws_subnet.private_b'] as const;
  const subnetNames = wanted.map((address) => nameOf(view.get(address)?.args.tags));
  const groupName = nameOf(view.get('aws_security_group.ecs')?.args.tags);
  const client = session.client(EC2Client);
  try {
    const [subnets, groups] = await Promise.all([
      client.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'tag:Name', Values: subnetNames }] })),
      client.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'tag:Name', Values: [groupName] }] })),
    ]);
    const network = {
      subnets: (subnets.Subnets ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
      securityGroups: (groups.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    };
    if (network.subnets.length > 0 && network.securityGroups.length > 0) return network;
  } catch (error) {
    throw awsProblem(error, 'look for the private subnets');
  }
  throw new LandfallError({
    code: 'NETWORK_MISSING',
    message: `The private subnets ${subnetNames.join(' and ')} or the security group ${groupName} do not exist.`,
    fix: `Deploy first: landfall infra:deploy --env ${stack.environment}`,
  });
}
