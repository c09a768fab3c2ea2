import { DescribeAddressesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client, paginateDescribeAccountLimits } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { messageOf, type Problem } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { AwsSession } from '../aws/session.js';
import type { Check, Findings } from './preflight.js';

/** Codes of quotas. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html and https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (not re-read) */
const fargateVcpus = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };
const elasticAddresses = { ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3' };

/** The account's quotas leave room for tasks, addresses and listener rules. Where they cannot be read that is a warning: AWS itself tells later. */
export const quotas: Check = async ({ session, synthesis }) => {
  const found = await Promise.all([
    orWarning(vcpus(session, synthesis.stack)),
    orWarning(addresses(session, synthesis.stack)),
    orWarning(listenerRules(session, synthesis.stack)),
  ]);
  return {
    problems: found.flatMap(({ problems = [] }) => problems),
    warnings: found.flatMap(({ warnings = [] }) => warnings),
  };
};

/** A deploy with nothing to do must not wait for it. */
const limitMilliseconds = 3000;

async function quotaOf(session: AwsSession, code: typeof fargateVcpus): Promise<number> {
  const { Quota } = await session
    .client(ServiceQuotasClient)
    .send(new GetServiceQuotaCommand(code), { abortSignal: AbortSignal.timeout(limitMilliseconds) });
  return Quota?.Value ?? Number.POSITIVE_INFINITY;
}

async function orWarning(findings: Promise<Findings>): Promise<Findings> {
  try {
    return await findings;
  } catch (error) {
    const message = `A quota of the account could not be read: ${messageOf(error)}.`;
    const fix =
      'Let the caller use servicequotas:GetServiceQuota, ec2:DescribeAddresses and elasticloadbalancing:DescribeAccountLimits, or go on without.';
    return { warnings: [{ code: 'QUOTA_UNKNOWN', message, fix }] };
  }
}

/** vCPUs of this environment alone: what else runs in the account comes on top. */
async function vcpus(session: AwsSession, stack: Stack): Promise<Findings> {
  const view = viewOf(stack);
  const cpuOf = (name: string) => Number(view.get(`aws_ecs_task_definition.${name}`)?.args.cpu ?? 0) / 1024;
  const services = view.all('aws_ecs_service');
  const sum = (count: (name: string, desired: number) => number) =>
    services.reduce((all, { name, args }) => all + cpuOf(name) * count(name, Number(args.desired_count ?? 1)), 0);
  const least = sum((_name, desired) => desired);
  const most = sum((name, desired) => {
    const target = view.get(`aws_appautoscaling_target.${name}`);
    return Math.max(desired, Number(target?.args.max_capacity ?? desired));
  });
  if (services.length === 0) return {};
  const quota = await quotaOf(session, fargateVcpus);
  const ask = 'Ask for more: Service Quotas, AWS Fargate, "Fargate On-Demand vCPU resource count".';
  const has = `the account may use ${String(quota)} Fargate vCPUs in ${session.region}`;
  if (least > quota) return { problems: [short(`The services need ${String(least)} vCPUs to start; ${has}.`, ask)] };
  if (most > quota) return { warnings: [short(`Scaled out, the services need ${String(most)} vCPUs; ${has}.`, ask)] };
  return {};
}

async function addresses(session: AwsSession, stack: Stack): Promise<Findings> {
  const wanted = viewOf(stack).all('aws_eip').length;
  if (wanted === 0) return {};
  const { Addresses = [] } = await session.client(EC2Client).send(new DescribeAddressesCommand({}));
  const tagged = (tags: (typeof Addresses)[number]['Tags'], key: string, value: string) =>
    tags?.some(({ Key, Value }) => Key === key && Value === value) === true;
  const own = Addresses.filter(
    ({ Tags }) => tagged(Tags, 'Project', stack.project) && tagged(Tags, 'Environment', stack.environment),
  ).length;
  const quota = await quotaOf(session, elasticAddresses);
  const more = wanted - own;
  if (Addresses.length + more <= quota) return {};
  const message = `The environment needs ${String(more)} more Elastic IP addresses; the account has ${String(Addresses.length)} of ${String(quota)} in ${session.region}.`;
  const fix =
    'Release some, ask for more (Service Quotas, Amazon EC2, "EC2-VPC Elastic IPs"), or set nat: \'gateway\' in the environment, which needs one.';
  return { problems: [short(message, fix)] };
}

/**
 * A load balancer's rules on all its listeners together, without their default rules.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (read 2026-11-29)
 * and https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Limit.html (read 2026-11-29)
 */
async function listenerRules(session: AwsSession, stack: Stack): Promise<Findings> {
  const wanted = viewOf(stack).all('aws_lb_listener_rule').length;
  if (wanted === 0) return {};
  const quota = await rulesPerLoadBalancer(session);
  if (wanted <= quota) return {};
  const message = `The load balancer needs ${String(wanted)} listener rules; the account may give one ${String(quota)} in ${session.region}.`;
  const fix =
    'Ask for more (Service Quotas, Elastic Load Balancing, "Rules per Application Load Balancer"), or split the project.';
  return { problems: [short(message, fix)] };
}

async function rulesPerLoadBalancer(session: AwsSession): Promise<number> {
  const client = session.client(ElasticLoadBalancingV2Client);
  const options = { abortSignal: AbortSignal.timeout(limitMilliseconds) };
  for await (const { Limits = [] } of paginateDescribeAccountLimits({ client }, {}, options)) {
    const limit = Limits.find(({ Name }) => Name === 'rules-per-application-load-balancer')?.Max;
    if (limit !== undefined) return Number(limit);
  }
  return Number.POSITIVE_INFINITY;
}

const short = (message: string, fix: string): Problem => ({ code: 'QUOTA_TOO_LOW', message, fix });
