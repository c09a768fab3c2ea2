import { identifier, physicalName } from '../base/names.js';
import { dataAttr } from './stack.js';
import type { Config, NestService, NextService, Service, SpaService, WorkerService } from '../config/config.js';

/** A service that runs as tasks of the ECS cluster. */
export type TaskService = NestService | WorkerService | NextService;

/**
 * What one room may mention of another: addresses and physical names, computed before any synth.
 * Addresses of things a config does not have are still computable; a room mentions them only when the config has them.
 */
export function refsOf(config: Config) {
  const { project, environment } = config;
  const id = identifier;
  return {
    /** A name as a Terraform identifier. */
    id,
    /** `{project}-{env}-…` within an AWS limit. */
    name: (limit: number, ...parts: readonly string[]) => physicalName(limit, project, environment, ...parts),
    region: config.region,
    accountId: dataAttr('data.aws_caller_identity.current', 'account_id'),
    /** Cloud Map namespace, `shop.local`. */
    namespaceName: `${project}.local`,
    apiHost: `api.${config.domain}`,
    host: (subdomain: string) => `${subdomain}.${config.domain}`,

    account: 'data.aws_caller_identity.current',
    partition: 'data.aws_partition.current',
    zones: 'data.aws_availability_zones.available',

    /** Encrypts logs, secrets, databases and alarms of the environment. */
    key: 'aws_kms_key.main',
    /** The same for what lives in us-east-1. */
    edgeKey: 'aws_kms_key.edge',
    hostedZone: 'data.aws_route53_zone.main',
    /** The zone of a domain that redirects: its own where the environment's does not hold it. */
    hostedZoneOf: (domain: string) => {
      const zone = zoneOf(config, domain);
      return zone === config.hostedZone
        ? 'data.aws_route53_zone.main'
        : (`data.aws_route53_zone.${id(zone.replaceAll('-', '--'))}` as const);
    },

    vpc: 'aws_vpc.main',
    subnet: (tier: SubnetTier, zone: ZoneIndex) => `aws_subnet.${tier}_${zoneLetter(zone)}` as const,
    natAddress: (zone: ZoneIndex) => `aws_eip.nat_${zoneLetter(zone)}` as const,
    /** What private subnets leave by: a task or function that starts before it can reach nothing. */
    privateRoutes: [
      'aws_route.private_a',
      'aws_route.private_b',
      'aws_route_table_association.private_a',
      'aws_route_table_association.private_b',
      // Open connections to S3 break when it comes.
      'aws_vpc_endpoint.s3',
      // The routes lead to its interface, which forwards nothing without the instance.
      ...(config.nat === 'instance' ? (['aws_autoscaling_group.nat'] as const) : []),
    ],
    /** What a public subnet's resources reach the internet by. */
    publicRoute: (zone: ZoneIndex) =>
      ['aws_route.public', `aws_route_table_association.public_${zoneLetter(zone)}`] as const,
    /** The rule that lets one group's resources into another's; there when the config has both. */
    wayInto: (target: SecurityGroupRole, source: SecurityGroupRole) =>
      `aws_vpc_security_group_ingress_rule.${target}_${source}` as const,
    securityGroup: (role: SecurityGroupRole) => `aws_security_group.${role}` as const,

    certificate: (name: string) => `aws_acm_certificate_validation.${id(name)}` as const,
    edgeCertificate: (name: string) => `aws_acm_certificate_validation.${id(name)}__edge` as const,

    edgeWebAcl: 'aws_wafv2_web_acl.edge',
    /** Demands the origin-verify header of what reaches App Runner. */
    regionalWebAcl: 'aws_wafv2_web_acl.regional',
    /** The name among distributions and certificates of a domain that redirects; no service's name has an underscore. */
    redirectName: (domain: string) => `redirect_${id(domain.replaceAll('-', '--'))}`,
    distribution: (name: string) => `aws_cloudfront_distribution.${id(name)}` as const,

    loadBalancer: 'aws_lb.main',
    listener: (port: ListenerPort) => `aws_lb_listener.${listenerNames[port]}` as const,
    targetGroup: (service: string) => `aws_lb_target_group.${id(service)}` as const,

    /** The host that the gateway calls on 8443 to wake services. */
    wakeUpHost: 'wake.internal',
    wakeUpFunction: 'aws_lambda_function.wake_up',
    wakeUpTargetGroup: 'aws_lb_target_group.wake_up',
    /** Queue of what functions were asked to do and failed to do for good, such as scheduled calls. */
    functionFailures: 'aws_sqs_queue.function_failures',
    jobInvokerFunction: 'aws_lambda_function.job_invoker',

    cluster: 'aws_ecs_cluster.main',
    service: (name: string) => `aws_ecs_service.${id(name)}` as const,
    repository: (name: string) => `aws_ecr_repository.${id(name)}` as const,
    imageVariable: (name: string) => `image_${id(name)}`,
    taskRole: (name: string) => `aws_iam_role.task_${id(name)}` as const,
    executionRole: (name: string) => `aws_iam_role.execution_${id(name)}` as const,
    logGroup: (name: string) => `aws_cloudwatch_log_group.${id(name)}` as const,

    namespace: 'aws_service_discovery_private_dns_namespace.main',
    discoveryService: (name: string) => `aws_service_discovery_service.${id(name)}` as const,

    database: 'aws_db_instance.main',
    cache: 'aws_elasticache_replication_group.main',
    /** Holds `{ url, password }` of Redis: one truth for services, gateway and deploy. */
    redisSecret: 'aws_secretsmanager_secret.shared__REDIS',
    appRunnerService: (name: string) => `aws_apprunner_service.${id(name)}` as const,
    databaseInit: 'aws_lambda_invocation.database_init',
    databaseInitFunction: 'aws_lambda_function.database_init',
    /** The secret that holds one service's whole `DATABASE_URL`; `kong` has one too. */
    databaseSecret: (service: string) => `aws_secretsmanager_secret.${id(service)}__DATABASE_URL` as const,
    databasePassword: (service: string) =>
      `ephemeral.aws_secretsmanager_random_password.${id(service)}__DATABASE_URL` as const,

    secret: (scope: string, key: string) => `aws_secretsmanager_secret.${id(scope)}__${id(key)}` as const,
    secretVersion: (scope: string, key: string) =>
      `aws_secretsmanager_secret_version.${id(scope)}__${id(key)}` as const,
    /** `shop/dev/auth-service/DATABASE_URL`. */
    secretName: (scope: string, key: string) => `${project}/${environment}/${scope}/${key}`,
    /** The value that CloudFront sends as `X-Origin-Verify`. */
    originVerify: 'data.aws_secretsmanager_secret_version.origin_verify',
    /** The value that it will send after the next rotation: origins accept it already. */
    originVerifyNext: 'data.aws_secretsmanager_secret_version.origin_verify_next',

    /** Alarms and budget messages go here. */
    alarmTopic: 'aws_sns_topic.alarms',
    /** Access logs of the load balancer and the distributions. */
    logBucket: 'aws_s3_bucket.logs',
    siteBucket: (service: string) => `aws_s3_bucket.site_${id(service)}` as const,
  } as const;
}

export type Refs = ReturnType<typeof refsOf>;
export type SubnetTier = 'public' | 'private' | 'database';
export type ZoneIndex = 0 | 1;
export type SecurityGroupRole =
  'alb' | 'ecs' | 'rds' | 'redis' | 'database_init' | 'job_invoker' | 'app_runner' | 'nat';
export type ListenerPort = 80 | 443 | 8443 | 8080;

export const zoneIndexes: readonly ZoneIndex[] = [0, 1];
export const zoneLetter = (zone: ZoneIndex): 'a' | 'b' => (zone === 0 ? 'a' : 'b');
const listenerNames = { 80: 'http', 443: 'https', 8443: 'internal_https', 8080: 'internal_http' } as const;

/** The name under which the gateway stands among services, repositories and log groups. */
export const gatewayName = 'gateway';

export const isNest = (service: Service): service is NestService => service.type === 'nestjs';
export const isNext = (service: Service): service is NextService => service.type === 'nextjs';
export const isWorker = (service: Service): service is WorkerService => service.type === 'worker';
export const isSpa = (service: Service): service is SpaService => service.type === 'spa';
export const isTask = (service: Service): service is TaskService => service.type !== 'spa';

/** Runs on App Runner. */
export const onAppRunner = (service: Service): service is NextService =>
  isNext(service) && service.runtime === 'app-runner';
/** Runs in the ECS cluster; a `nextjs` service may run in App Runner instead. */
export const inCluster = (service: Service): service is TaskService => isTask(service) && !onAppRunner(service);
/** Stands behind the load balancer, with a target group. */
export const hasTargetGroup = (service: Service): service is NestService | NextService =>
  inCluster(service) && !isWorker(service);
/** Sleeps when nothing asks for it. */
export const canSleep = (service: Service): service is NestService => isNest(service) && service.minInstances === 0;
/** Has scheduled calls. */
export const hasJobs = (service: Service): service is TaskService =>
  isTask(service) && Object.keys(service.jobs).length > 0;

/** Namespace and dimension of Landfall's own metrics: `WakeUps` and `RunningJobs`. */
export const metrics = { namespace: 'Landfall', dimension: 'Stack' } as const;

/** The front end that redirecting names lead to: the first Next.js one by name, else the first SPA. */
export const frontEndOf = ({ services }: Config): NextService | SpaService | undefined =>
  services.find(isNext) ?? services.find(isSpa);

/**
 * The Route 53 zone that holds a domain: the environment's when it is a parent, else the shortest of the redirecting names (without
 * `www.`) that is one.
 */
export function zoneOf({ hostedZone, redirectDomains }: Config, domain: string): string {
  const holds = (zone: string) => domain === zone || domain.endsWith(`.${zone}`);
  if (holds(hostedZone)) return hostedZone;
  const zones = redirectDomains.map((name) => name.replace(/^www\./, '')).filter(holds);
  return zones.reduce((best, zone) => (zone.length < best.length ? zone : best), domain);
}

/** Services that run as tasks and use a database, with its name. */
export function databasesOf(config: Config): readonly { readonly service: string; readonly database: string }[] {
  const own = config.services.flatMap((service) =>
    isTask(service) && service.database !== undefined ? [{ service: service.name, database: service.database }] : [],
  );
  return config.postgres === undefined ? [] : [...own, { service: 'kong', database: 'kong_db' }];
}
