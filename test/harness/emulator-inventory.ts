import { callAws, json, query, type AwsCall } from './aws-request.js';
import type { Emulator } from './emulator.js';

interface Listing {
  readonly call: AwsCall;
  /** Finds what identifies each item in the answer. */
  readonly items: RegExp;
}

/** What the emulator holds, kind by kind: as the services' own listings tell, not Terraform's state. */
export async function inventoryOf(
  emulator: Emulator,
  region: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = await Promise.all(
    Object.entries(listings(region)).map(async ([kind, { call, items }]) => {
      const answer = await callAws(emulator, call);
      return [kind, [...answer.matchAll(items)].map(([, name]) => name ?? '').toSorted()] as const;
    }),
  );
  return Object.fromEntries(found);
}

function listings(region: string): Readonly<Record<string, Listing>> {
  const ec2 = (action: string) => query('ec2', region, '2016-11-15', action);
  const global = 'us-east-1';
  return {
    vpcs: { call: ec2('DescribeVpcs'), items: /<vpcId>([^<]+)/g },
    subnets: { call: ec2('DescribeSubnets'), items: /<subnetId>([^<]+)/g },
    'security groups': { call: ec2('DescribeSecurityGroups'), items: /<groupId>([^<]+)/g },
    addresses: { call: ec2('DescribeAddresses'), items: /<allocationId>([^<]+)/g },
    'NAT gateways': {
      call: ec2('DescribeNatGateways'),
      // A deleted one is listed for a while.
      items: /<natGatewayId>([^<]+)<\/natGatewayId>(?:(?!<natGatewayId>)[^])*?<state>(?:pending|available)</g,
    },
    repositories: {
      call: json('ecr', region, 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories'),
      items: /"repositoryName": ?"([^"]+)/g,
    },
    'load balancers': {
      call: query('elasticloadbalancing', region, '2015-12-01', 'DescribeLoadBalancers'),
      items: /<LoadBalancerName>([^<]+)/g,
    },
    databases: {
      call: query('rds', region, '2014-10-31', 'DescribeDBInstances'),
      items: /<DBInstanceIdentifier>([^<]+)/g,
    },
    'replication groups': {
      call: query('elasticache', region, '2015-02-02', 'DescribeReplicationGroups'),
      items: /<ReplicationGroupId>([^<]+)/g,
    },
    roles: { call: query('iam', global, '2010-05-08', 'ListRoles'), items: /<RoleName>([^<]+)/g },
    clusters: { call: json('ecs', region, 'AmazonEC2ContainerServiceV20141113.ListClusters'), items: /(arn:[^"]+)/g },
    'task definitions': {
      call: json('ecs', region, 'AmazonEC2ContainerServiceV20141113.ListTaskDefinitions'),
      items: /(arn:[^"]+)/g,
    },
    buckets: { call: { service: 's3', region, method: 'GET' }, items: /<Name>([^<]+)/g },
    functions: {
      call: { service: 'lambda', region, method: 'GET', path: '/2015-03-31/functions' },
      items: /"FunctionName": ?"([^"]+)/g,
    },
    'log groups': {
      call: json('logs', region, 'Logs_20140328.DescribeLogGroups'),
      items: /"logGroupName": ?"([^"]+)/g,
    },
    distributions: {
      call: { service: 'cloudfront', region: global, method: 'GET', path: '/2020-05-31/distribution' },
      items: /<DistributionSummary><Id>([^<]+)/g,
    },
  };
}
