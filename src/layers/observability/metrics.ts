import type { Config } from '../../config/config.js';
import type { Value } from '../../stack/expr.js';
import { onAppRunner, metrics as landfall, type Refs } from '../../stack/refs.js';
import { attr, type Address } from '../../stack/stack.js';

/** One CloudWatch metric: what alarms watch and the dashboard draws. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, Value<string>>>;
}

/** Metrics of one thing, by name. */
export type MetricsOf = (name: string) => Metric;

const of =
  (namespace: string, dimensions: Metric['dimensions']): MetricsOf =>
  (name) => ({ namespace, name, dimensions });

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html (read 2026-11-25) */
export const loadBalancer = (refs: Refs): MetricsOf =>
  of('AWS/ApplicationELB', { LoadBalancer: attr(refs.loadBalancer, 'arn_suffix') });

export const targetGroup = (refs: Refs, service: string): MetricsOf =>
  of('AWS/ApplicationELB', {
    LoadBalancer: attr(refs.loadBalancer, 'arn_suffix'),
    TargetGroup: attr(refs.targetGroup(service), 'arn_suffix'),
  });

/**
 * A service of the cluster: `CPUUtilization` and `MemoryUtilization` in percent of what its tasks have; none while no task runs.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html (read 2026-11-25)
 */
export const ecsService = (refs: Refs, service: string): MetricsOf =>
  of('AWS/ECS', { ClusterName: attr(refs.cluster, 'name'), ServiceName: attr(refs.service(service), 'name') });

/**
 * An App Runner service: `Requests`, `5xxStatusResponses`, `RequestLatency` (milliseconds), `ActiveInstances`. AWS's page names the metrics;
 * the dimensions are those of dashboards made in AWS's console.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cw.html (read 2026-11-25)
 */
export const appRunner = (refs: Refs, service: string): MetricsOf =>
  of('AWS/AppRunner', {
    ServiceName: attr(refs.appRunnerService(service), 'service_name'),
    ServiceID: attr(refs.appRunnerService(service), 'service_id'),
  });

/** Names of the services that run there. */
export const appRunnerServices = ({ services }: Config): readonly string[] =>
  services.filter(onAppRunner).map(({ name }) => name);

export const database = (refs: Refs): MetricsOf =>
  of('AWS/RDS', { DBInstanceIdentifier: attr(refs.database, 'identifier') });

/** The nodes of a replication group are named after it: `-001`, `-002`, … */
export interface CacheNode {
  readonly number: string;
  readonly metrics: MetricsOf;
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html (read 2026-11-25) */
export function cacheNodes(config: Config, refs: Refs): readonly CacheNode[] {
  const count = config.redis === undefined ? 0 : 1 + config.redis.replicas;
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    return { number, metrics: of('AWS/ElastiCache', { CacheClusterId: `${refs.name(40, 'redis')}-${number}` }) };
  });
}

/** What Landfall's own functions report of the environment. */
export const ownMetrics = (refs: Refs): MetricsOf => of(landfall.namespace, { [landfall.dimension]: refs.name(255) });

/** Wake-ups that the gateway gave up, counted in its log. Such a metric has no dimension of its own: the environment stands in the namespace. */
export const wakeUpCallFailures = (refs: Refs): Metric => ({
  namespace: `${landfall.namespace}/${refs.name(255)}`,
  name: 'WakeUpCallFailures',
  dimensions: {},
});

export const lambda = (address: Address<'aws_lambda_function'>): MetricsOf =>
  of('AWS/Lambda', { FunctionName: attr(address, 'function_name') });

/** Where scheduled calls land that failed every time. */
export const failedJobs = (refs: Refs): MetricsOf => of('AWS/SQS', { QueueName: attr(refs.functionFailures, 'name') });

/** The NAT gateways that the config has. */
export const natGateways = ({ nat }: Config): readonly ('a' | 'b')[] =>
  nat === 'instance' ? [] : nat === 'gateway' ? ['a'] : ['a', 'b'];

/** @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html (read 2026-11-25) */
export const natGateway = (zone: 'a' | 'b'): MetricsOf =>
  of('AWS/NATGateway', { NatGatewayId: attr(`aws_nat_gateway.${zone}`, 'id') });

/**
 * A distribution; its metrics are in us-east-1 alone.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html (not re-read)
 */
export const distribution = (refs: Refs, name: string): MetricsOf =>
  of('AWS/CloudFront', { DistributionId: attr(refs.distribution(name), 'id'), Region: 'Global' });
