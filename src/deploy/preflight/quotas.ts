import { DescribeAddressesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { messageOf, type Problem } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { AwsSession } from '../aws/session.js';
import type { Check, Findings } from './preflight.js';

/** Codes of quotas. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html and https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (not re-read) */
const fargateVcpus = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };
const elasticAddresses = { ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3' };

/** The account's quotas leave room for tasks and addresses. Where they cannot be read that is a warning: AWS itself tells later. */
export const quotas: Check = async ({ session, synthesis }) => {
  const found = await Promise.all([
    orWarning(vcpus(session, synthesis.stack)),
    orWarning(addresses(session, synthesis.stack)),
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
    const fix = 'Let the caller use servicequotas:GetServiceQuota and ec2:DescribeAddresses, or go on without.';
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

const short = (message: string, fix: string): Problem => ({ code: 'QUOTA_TOO_LOW', message, fix });
